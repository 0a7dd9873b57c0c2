// The package's `nabla/server`: what a page needs to talk to the studio's server. Runs in a browser; the server itself is
// in index.node.ts, `nabla/server/node`.
export {
  type CheckpointFile,
  type DataOffer,
  type Failure,
  GIVEN_DATA,
  type MetricsPage,
  paths,
  type RunDetail,
  type RunState,
  type RunSummary,
  SERVED_DATA,
  SERVER_MARK,
  type ServedData,
  type SweepSummary,
} from "./api.ts";
