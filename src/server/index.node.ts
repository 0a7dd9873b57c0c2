// The package's `nabla/server/node`: the studio's server. What its page needs is in index.ts, `nabla/server`.

export type { GivenData } from "./data-routes.ts";
export { type Studio, type StudioOptions, startStudio } from "./studio.ts";
