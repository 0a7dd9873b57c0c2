// The package's `nabla/train/node`: models, checkpoints and run folders in files. What runs in a browser too is in
// index.ts, `nabla/train`.
export {
  CHECKPOINT_FILE,
  loadCheckpoint,
  loadModel,
  MODEL_FILE,
  saveCheckpoint,
  saveModel,
} from "./checkpoint.node.ts";
export { BEST_FILE, CHECKSUM_FILE } from "./checkpoint-series.node.ts";
export {
  CONFIG_FILE,
  createRunFolder,
  EVALUATION_FILE,
  METRICS_FILE,
  REPORT_FILE,
  type RunFolder,
  type RunFolderOptions,
  readConfig,
  readMetrics,
  resumeRunFolder,
} from "./run-folder.node.ts";
export {
  isInTraining,
  type Presence,
  RUNNING_FILE,
  requestStop,
  STOP_FILE,
  showPresence,
} from "./run-presence.node.ts";
