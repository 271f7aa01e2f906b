import { oneLine } from "../base/fault.ts";
import type { LogLevel } from "../capability/grants.ts";
import { LOG_LEVELS } from "../capability/services.ts";
import type { LogSink } from "../wasi/services.ts";
import { printLogged } from "./print.ts";
import type { Format } from "./run-options.ts";

/**
 * What a component logs, from a level on, goes to standard error as our own messages do: a line each, of bounded length,
 * that begins with its level; or as JSON objects.
 */
export function logSink(least: LogLevel | "none", format: Format): LogSink {
	const shown = new Set(least === "none" ? [] : LOG_LEVELS.slice(LOG_LEVELS.indexOf(least)));
	return (level, context, message) => {
		if (!shown.has(level)) return;
		printLogged(format === "json" ? jsonLine(level, context, message) : textLine(level, context, message));
	};
}

function textLine(level: LogLevel, context: string, message: string): string {
	return `${level}${context === "" ? "" : ` (${oneLine(context)})`}: ${oneLine(message)}`;
}

function jsonLine(level: LogLevel, context: string, message: string): string {
	return JSON.stringify({ level, context: shortened(context), message: shortened(message) });
}

/** A guest may log as much as it has memory. */
const MESSAGE_CHARACTERS_MAX = 2000;

function shortened(text: string): string {
	return text.length > MESSAGE_CHARACTERS_MAX ? `${text.slice(0, MESSAGE_CHARACTERS_MAX)}...` : text;
}
