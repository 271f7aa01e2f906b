import type { LogLevel } from "../capability/grants.ts";
import type { HostFamily } from "./host-family.ts";

/** wasi:logging 0.1.0-draft. */
export const LOGGING: HostFamily = {
	"wasi:logging/logging@0.1.0-draft": ({ world: { log } }) => ({
		log: (level: LogLevel, context: string, message: string) => log(level, context, message),
	}),
};
