import type { LogLevel } from "../capability/grants.ts";

/** Takes what a component logs; `context` and `message` are as the guest gave them. */
export type LogSink = (level: LogLevel, context: string, message: string) => void;
