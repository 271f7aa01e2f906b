/** From what was used to the text of a policy. */
import { realpathSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { Fault } from "../../base/fault.ts";
import type { BindMount, Mount, TmpfsMount } from "../../capability/grants.ts";
import { isBeneath } from "../../capability/learn.ts";
import {
	EMPTY_BYTES,
	type LearntLine,
	type LearntMount,
	mountItem,
	withLearnt,
	withMountReplaced,
} from "../../capability/learn-text.ts";
import { parseMount } from "../../capability/mount-csv.ts";
import { formatNetRule, formatPublish, parseNetRule } from "../../capability/net.ts";
import { parsePolicy } from "../../capability/policy.ts";
import { settle, type Wishes } from "../../capability/wishes.ts";
import { type Learnt, namesOf } from "./learnt-lines.ts";
import { holdsPlace, onePlace } from "./learnt-net.ts";

export interface LearntInto {
	/** What the policy is to have. */
	readonly lines: readonly LearntLine[];
	/** The policy's folder, without links. */
	readonly real: string;
	/** The policy, as the person named it. */
	readonly file: string;
	/** What the file held; empty: nothing. */
	readonly before: string;
}

/**
 * The text of the policy: as it was, with what is new.
 *
 * @throws Fault POLICY_INVALID where the file is spelled so that nothing can be added to it
 */
export async function learntText(learnt: LearntInto): Promise<string> {
	const { before, file } = learnt;
	const known = await parsePolicy(before, file);
	let text = before;
	const lines: LearntLine[] = [];
	for (const line of learnt.lines) {
		if (isKnown(line, known, learnt)) continue;
		const widened = "mount" in line ? withWidened(text, line, learnt) : undefined;
		if (widened === undefined) lines.push(line);
		else text = widened;
	}
	if (lines.length > 0 || before === "") text = withLearnt(text, lines);
	await demandLearnt(text, known, learnt);
	return text;
}

/**
 * A place that is written now takes the lines of what lies within it: what is mounted there by itself would stay read-only, and
 * could not be renamed or removed. And any place takes those of folders in it of which nothing was used before.
 */
function withWidened(
	text: string,
	line: Extract<LearntLine, { readonly mount: LearntMount }>,
	learnt: LearntInto,
): string | undefined {
	const above = mountOf(mountItem(line.mount));
	if (above?.type !== "bind") return undefined;
	return withMountReplaced(
		text,
		(item) => {
			const mount = mountOf(item);
			if (mount?.type === "tmpfs")
				return isEmptyFolder(mount) && isBeneath(namesOf(mount.guest), namesOf(above.guest));
			return mount !== undefined && !above.readOnly && isWithin(mount, above, learnt.real);
		},
		line,
	);
}

function isEmptyFolder(mount: TmpfsMount): boolean {
	return mount.readOnly && mount.size_bytes === EMPTY_BYTES;
}

/** What was written to and stays read-only by what a person wrote: each place, and where that stands. */
export async function stillClosed(
	text: string,
	{ uses, file }: Learnt & { file: string },
): Promise<string[]> {
	const { mounts } = settle([await parsePolicy(text, file)], () => undefined).grants;
	const closed = new Map<string, string>();
	for (const use of uses) {
		if (use.type !== "path" || (use.use !== "write" && use.use !== "tree-write")) continue;
		const path = [...namesOf(use.mount), ...use.path];
		const over = mounts.filter(({ guest }) => isBeneath(path, namesOf(guest)));
		const [nearest] = over.toSorted((a, b) => namesOf(b.guest).length - namesOf(a.guest).length);
		if (nearest?.readOnly === true)
			closed.set(nearest.origin.where, `'${nearest.guest}', by ${nearest.origin.where}`);
	}
	return [...closed.values()];
}

/** Reads what is to be written: all that was learnt has to be in it, and all that was there before. */
async function demandLearnt(text: string, known: Wishes, learnt: LearntInto): Promise<void> {
	const { lines } = learnt;
	let cause: unknown;
	try {
		const now = await parsePolicy(text, learnt.file);
		if (lines.every((line) => isKnown(line, now, learnt)) && keeps(now, known)) return;
	} catch (error) {
		cause = error;
	}
	const wanted = lines.filter((line) => !isKnown(line, known, learnt)).slice(0, WANTED_MAX);
	throw new Fault("POLICY_INVALID", `cannot add what was learnt to '${learnt.file}'`, {
		note: ["it is spelled so that lines cannot be added to it", ...wanted.map(lineWords)],
		help: "--learn another.toml",
		cause,
	});
}

const WANTED_MAX = 8;

function lineWords(line: LearntLine): string {
	if ("mount" in line) return `mount: ${mountItem(line.mount)}`;
	return "list" in line ? `${line.list}: ${line.item}` : `${line.key} = ${line.value}`;
}

/** Mounts may have become wider; nothing else that was there changes. */
function keeps(now: Wishes, before: Wishes): boolean {
	return (Object.keys(before) as (keyof Wishes)[]).every((key) => {
		const [is, was] = [now[key], before[key]];
		if (key === "mounts") return true;
		if (!Array.isArray(was) || !Array.isArray(is)) return wordOf(is) === wordOf(was);
		const words = new Set(is.map(wordOf));
		return was.every((one) => words.has(wordOf(one)));
	});
}

function wordOf(wish: unknown): string | undefined {
	return JSON.stringify(wish, (key, value: unknown) => {
		if (key === "origin") return undefined;
		return typeof value === "bigint" ? String(value) : value;
	});
}

function isKnown(line: LearntLine, known: Wishes, learnt: LearntInto): boolean {
	if ("mount" in line) return isMountKnown(line.mount, known, learnt);
	if ("table" in line) return known.config.some(([name]) => name === line.key);
	if (!("list" in line)) return known.workdir !== undefined;
	switch (line.list) {
		case "tmpfs":
			return known.mounts.some(({ guest }) => guest === line.item.split(":")[0]);
		case "copy-env":
			return known.env.some(({ name }) => name === line.item);
		case "keyvalue":
			return known.keyvalue.some(({ name }) => name === line.item.split("=")[0]);
		case "publish":
			return known.net.some((rule) => rule.type === "listen" && formatPublish(rule) === line.item);
		case "net":
			return isRuleKnown(line.item, known);
	}
}

/** By itself, or by a rule that a person wrote and that holds more. */
function isRuleKnown(item: string, { net }: Wishes): boolean {
	const wanted = parseNetRule(item, { where: "" });
	if (net.some((rule) => formatNetRule(rule) === formatNetRule(wanted))) return true;
	const place = onePlace(wanted);
	return place !== undefined && net.some((rule) => holdsPlace(rule, place));
}

/** By the same place of the host at the same place of the guest, or by a folder above both. An empty one by any. */
function isMountKnown(wanted: LearntMount, { mounts }: Wishes, { real, file }: LearntInto): boolean {
	const mount = mountOf(mountItem(wanted));
	if (mount === undefined) return false;
	const folder = resolve(file, "..");
	return mounts.some((above) => {
		if (above.type === "tmpfs") return mount.type === "tmpfs" && above.guest === mount.guest;
		if (mount.type === "tmpfs") return isBeneath(namesOf(mount.guest), namesOf(above.guest));
		if (above.readOnly && !wanted.readOnly) return false;
		const host = join(realpathSync(folder), relative(folder, resolve(above.host)));
		return isWithin(mount, { ...above, host }, real);
	});
}

function mountOf(item: string): Mount | undefined {
	try {
		return parseMount(item, { where: "" });
	} catch {
		return undefined;
	}
}

/** Whether a mount shows what is at its place in another one too. Hosts are relative to `real`. */
function isWithin(mount: BindMount, above: BindMount, real: string): boolean {
	const [guest, guestAbove] = [namesOf(mount.guest), namesOf(above.guest)];
	const [host, hostAbove] = [namesOf(resolve(real, mount.host)), namesOf(resolve(real, above.host))];
	const rest = guest.slice(guestAbove.length).join("/");
	return (
		isBeneath(guest, guestAbove) &&
		isBeneath(host, hostAbove) &&
		host.slice(hostAbove.length).join("/") === rest
	);
}
