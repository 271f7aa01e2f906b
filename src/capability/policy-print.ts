import { formatClock, formatRandom } from "./clock.ts";
import { explain } from "./explain.ts";
import { type Grants, type Mount, NO_GRANTS } from "./grants.ts";
import { formatLimit } from "./limit-words.ts";
import type { Limits } from "./limits.ts";
import { formatNetRule, formatPublish } from "./net.ts";
import { LIMIT_KEYS } from "./policy.ts";
import { formatSize } from "./quantity.ts";
import { formatKeyValue } from "./services.ts";

/**
 * The grants and limits as a policy file that `parsePolicy` reads back to the same. It holds the values
 * of the variables; host paths stand as they were written, relative to the folder it is printed in.
 */
export function printPolicy(grants: Grants, limits: Limits, format: "toml" | "json"): string {
	const policy = policyOf(grants, limits);
	if (format === "json") return `${JSON.stringify(policy, undefined, "\t")}\n`;
	return [
		"# The program",
		...explain(grants).map((sentence) => `# - ${commentText(sentence)}`),
		"# Paths of the host are relative to this file. The values of variables are in it: mind secrets.",
		...tomlLines(policy),
		"",
	].join("\n");
}

type Scalar = string | number | boolean;
type Table = Readonly<Record<string, Scalar>>;
type Policy = Readonly<Record<string, Scalar | readonly string[] | Table | readonly Table[]>>;

/** What is as it would be without its key is left out; limits are all there. Tables stand last, as TOML wants. */
function policyOf(
	{ workdir, stdin, terminal, net, env, clock, random, mounts, config, keyvalue, logLevel }: Grants,
	limits: Limits,
): Policy {
	const publish = net.filter((rule) => rule.type === "listen").map(formatPublish);
	const rules = net.filter((rule) => rule.type !== "listen").map(formatNetRule);
	return {
		...(workdir === undefined ? {} : { workdir }),
		...(stdin === "open" ? { interactive: true } : {}),
		...(terminal ? { tty: true } : {}),
		clock: formatClock(clock),
		random: formatRandom(random),
		...(publish.length === 0 ? {} : { publish }),
		...(rules.length === 0 ? {} : { net: rules }),
		...(keyvalue.length === 0 ? {} : { keyvalue: keyvalue.map(formatKeyValue) }),
		...(logLevel === NO_GRANTS.logLevel ? {} : { "log-level": logLevel }),
		...(config.size === 0 ? {} : { config: Object.fromEntries(config) }),
		// fromEntries defines; assigning would lose a variable named __proto__
		...(env.size === 0 ? {} : { env: Object.fromEntries(env) }),
		limits: limitTable(limits),
		...(mounts.length === 0 ? {} : { mount: mounts.map(mountTable) }),
	};
}

/** Without those that strike nobody. */
function limitTable(limits: Limits): Table {
	const table: Record<string, Scalar> = {};
	for (const [key, name] of LIMIT_KEYS) {
		const value = limits[name];
		if (value !== undefined) table[key] = formatLimit(name, value);
	}
	return table;
}

function mountTable(mount: Mount): Table {
	const { type, guest, readOnly } = mount;
	const own: Table =
		mount.type === "bind"
			? { source: mount.host, target: guest }
			: { target: guest, "tmpfs-size": formatSize(mount.size_bytes) };
	return { type, ...own, readonly: readOnly };
}

function tomlLines(policy: Policy): string[] {
	return Object.entries(policy).flatMap(([key, value]) => {
		if (typeof value !== "object") return tomlPair(key, value);
		if (!Array.isArray(value)) return tomlTable(`[${key}]`, value as Table);
		if (typeof value[0] === "string") return `${key} = [${value.map(tomlString).join(", ")}]`;
		return (value as Table[]).flatMap((table) => tomlTable(`[[${key}]]`, table));
	});
}

function tomlTable(header: string, table: Table): string[] {
	const pairs = Object.entries(table).map(([key, value]) => tomlPair(key, value));
	return ["", header].concat(pairs);
}

function tomlPair(key: string, value: Scalar): string {
	const name = /^[A-Za-z0-9_-]+$/.test(key) ? key : tomlString(key);
	return `${name} = ${typeof value === "string" ? tomlString(value) : value}`;
}

/** What cannot be seen, or changes how what stands beside it is seen: names could be read as others than they are. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;

/**
 * A basic string of TOML is JSON's, but for DEL, which TOML wants escaped too, and lone surrogates. What cannot be seen
 * is escaped as well: whoever reads a policy sees what it grants.
 */
export function tomlString(text: string): string {
	return JSON.stringify(text.toWellFormed()).replaceAll(UNSEEN, (character) => {
		const digits = (character.codePointAt(0) ?? 0).toString(16);
		return digits.length > 4 ? `\\U${digits.padStart(8, "0")}` : `\\u${digits.padStart(4, "0")}`;
	});
}

/** On one line, without what TOML forbids in a comment and what cannot be seen. */
export function commentText(text: string): string {
	return text
		.toWellFormed()
		.replaceAll(UNSEEN, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
