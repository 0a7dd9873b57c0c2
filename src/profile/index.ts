// The package's `nabla/profile`: where the time of a training step or of a net goes. Runs in a browser.
export { type Ceiling, measureCeiling } from "./ceiling.ts";
export type { Figures, GroupProfile, KernelProfile, Label, Phase, Profile } from "./profile.ts";
export { type ProfileOptions, profileInference, profileTraining } from "./record.ts";
export { type Trace, type TraceEvent, traceOf } from "./trace.ts";
