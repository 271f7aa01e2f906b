/** Services that a component is given: its configuration, key-value stores, and what it may log. */
import { Fault } from "../base/fault.ts";
import { orList } from "../base/near.ts";
import { type GrantForm, grantInvalid, shortened } from "./grant-fault.ts";
import type { KeyValueGrant, LogLevel, Origin } from "./grants.ts";

/** `--config NAME=VALUE`. */
export function parseConfig(text: string): readonly [name: string, value: string] {
	const equals = text.indexOf("=");
	if (equals < 0) throw grantInvalid(CONFIG, text, "there is no '=' in it");
	if (equals === 0) throw grantInvalid(CONFIG, text, "the name is empty");
	return [text.slice(0, equals), text.slice(equals + 1)];
}

/** `--keyvalue NAME[=FILE]`. */
export function parseKeyValue(text: string, origin: Origin): KeyValueGrant {
	const equals = text.indexOf("=");
	const name = equals < 0 ? text : text.slice(0, equals);
	const file = equals < 0 ? undefined : text.slice(equals + 1);
	if (!STORE_NAME.test(name))
		throw grantInvalid(KEY_VALUE, text, `a store's name is of letters, digits, '.', '_' and '-', 64 at most`);
	if (file === "") throw grantInvalid(KEY_VALUE, text, "the file's name is empty", `--keyvalue ${name}`);
	if (file?.includes("\0") === true) throw grantInvalid(KEY_VALUE, text, "a file's name holds no NUL");
	return { name, file, origin };
}

/** The grant as `parseKeyValue` reads it back. */
export function formatKeyValue({ name, file }: KeyValueGrant): string {
	return file === undefined ? name : `${name}=${file}`;
}

/** Whether a guest's word can be the name of a store: only such are offered as a grant. */
export function isStoreName(name: string): boolean {
	return STORE_NAME.test(name);
}

/** The empty name is what some guests call the default one. */
const STORE_NAME = /^[A-Za-z0-9._-]{0,64}$/;

/** From the least to the most grave. */
export const LOG_LEVELS: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error", "critical"];

/** `--log-level LEVEL`. */
export function parseLogLevel(text: string): LogLevel | "none" {
	const level = [...LOG_LEVELS, "none" as const].find((known) => known === text);
	if (level !== undefined) return level;
	throw new Fault("GRANT_INVALID", `cannot read '${shortened(text)}' as a level of messages`, {
		note: `the form is ${orList([...LOG_LEVELS, "none"])}`,
		help: "--log-level info",
	});
}

const CONFIG: GrantForm = {
	what: "a value of the configuration",
	form: "NAME=VALUE",
	example: "--config greeting=hello",
};

const KEY_VALUE: GrantForm = {
	what: "a key-value store",
	form: "NAME, which is in memory for this run, or NAME=FILE",
	example: "--keyvalue sessions=./sessions.db",
};
