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
  createRunFolder,
  type RunFolder,
  type RunFolderOptions,
  readConfig,
  readMetrics,
  resumeRunFolder,
} from "./run-folder.node.ts";
