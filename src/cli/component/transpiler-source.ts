/** The worker from its sources, as tests use it. */
import { hookTranspiler } from "./transpiler-hooks.ts";

hookTranspiler();
await import("./transpiler-worker.ts");
