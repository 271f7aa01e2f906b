/** From what was used to the text of a policy. */
import { lstatSync, realpathSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { Fault } from "../../base/fault.ts";
import type { BindMount, Grants, Mount } from "../../capability/grants.ts";
import { isBeneath, leastPlaces, type LeastPlace } from "../../capability/learn.ts";
import { type LearntLine, withItemChanged, withLearnt } from "../../capability/learn-text.ts";
import { parseMount } from "../../capability/mount-csv.ts";
import { formatNetRule, formatPublish, parseNetRule } from "../../capability/net.ts";
import { parsePolicy } from "../../capability/policy.ts";
import { formatKeyValue } from "../../capability/services.ts";
import type { Wishes } from "../../capability/wishes.ts";
import type { Use } from "./journal.ts";

export interface Learnt {
	readonly file: string;
	/** What the file held; empty: nothing. */
	readonly before: string;
	readonly uses: readonly Use[];
	/** What the program was granted, and what it could learn. */
	readonly grants: Grants;
	/** The policy's folder, without links. */
	readonly real: string;
}

/**
 * The text of the policy: as it was, with what is new.
 *
 * @throws Fault POLICY_INVALID where the file is spelled so that nothing can be added to it
 */
export async function learntText(learnt: Learnt): Promise<string> {
	const { before, file } = learnt;
	const known = await parsePolicy(before, file);
	let text = before;
	const lines: LearntLine[] = [];
	for (const line of linesOf(learnt)) {
		if (isKnown(line, known, learnt)) continue;
		const changed = "list" in line && line.list === "mount" ? widened(text, line.item, line.why) : undefined;
		if (changed === undefined) lines.push(line);
		else text = changed;
	}
	if (lines.length > 0 || before === "") text = withLearnt(text, lines);
	try {
		await parsePolicy(text, file);
	} catch (cause) {
		throw cannotAdd(file, cause, lines);
	}
	return text;
}

function linesOf(learnt: Learnt): LearntLine[] {
	const { grants, uses } = learnt;
	const mounts = grants.mounts.flatMap((mount) => mountLines(mount, learnt));
	const env = uses.find((use) => use.type === "env");
	return [
		...(grants.workdir === undefined || mounts.length === 0
			? []
			: [
					{ key: "workdir", value: grants.workdir, why: "where relative paths start, as when it was learnt" },
				]),
		...mounts,
		...(env === undefined ? [] : envLines(grants, env.call)),
		...netLines(learnt),
		...serviceLines(learnt),
	];
}

function mountLines(mount: Mount, { uses, real }: Learnt): LearntLine[] {
	const used = uses.filter((use) => use.type === "path" && use.mount === mount.guest) as Extract<
		Use,
		{ type: "path" }
	>[];
	if (mount.type === "tmpfs")
		return used.length === 0
			? []
			: [
					{
						list: "tmpfs",
						item: `${mount.guest}:size=${mount.size_bytes}${mount.readOnly ? ",ro" : ""}`,
						why: used[0]?.call ?? "",
					},
				];
	return leastPlaces(used).map((place) => mountLine(mount, safe(mount, place), real));
}

/** What the guest may have changed since it used it, or what cannot be written down, gives way to the folder above. */
function safe(mount: BindMount, place: LeastPlace): LeastPlace {
	let path = place.path;
	while (path.length > 0 && !(isItself(mount, path) && isWritable(mount, path))) path = path.slice(0, -1);
	return { ...place, path };
}

/** Whether a place is what its path says, without any link beneath the grant. */
function isItself({ host }: BindMount, path: readonly string[]): boolean {
	try {
		const place = join(realpathSync(host), ...path);
		const stat = lstatSync(place);
		return realpathSync(place) === place && (stat.isDirectory() || stat.isFile());
	} catch {
		return false;
	}
}

function isWritable(mount: BindMount, path: readonly string[]): boolean {
	const item = itemOf(join(".", ...path), guestOf(mount, path), true);
	try {
		const read = parseMount(item, { where: "" });
		return (
			read.type === "bind" &&
			read.guest === guestOf(mount, path) &&
			!/[\n\r]/.test(item) &&
			item.isWellFormed()
		);
	} catch {
		return false;
	}
}

function mountLine(mount: BindMount, { path, readOnly, why }: LeastPlace, real: string): LearntLine {
	const host = relative(real, join(realpathSync(resolve(mount.host)), ...path));
	const source = host === "" ? "." : host.startsWith("..") || host.startsWith("/") ? host : `./${host}`;
	return { list: "mount", item: itemOf(source, guestOf(mount, path), mount.readOnly || readOnly), why };
}

function guestOf({ guest }: BindMount, path: readonly string[]): string {
	if (path.length === 0) return guest;
	return `${guest === "/" || guest === "." ? "" : guest}/${path.join("/")}`;
}

function itemOf(source: string, target: string, readOnly: boolean): string {
	const fields = ["type=bind", `source=${source}`, `target=${target}`, ...(readOnly ? ["readonly"] : [])];
	return fields.map((field) => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(",");
}

/** Copied by name where it is ours as well: what a policy holds may be read by others. */
function envLines({ env }: Grants, call: string): LearntLine[] {
	return [...env].map(([name, value]): LearntLine =>
		process.env[name] === value
			? { list: "copy-env", item: name, why: `${call}, which gives all that are granted` }
			: { table: "env", key: name, value, why: `${call}, which gives all that are granted` },
	);
}

function netLines({ uses, grants }: Learnt): LearntLine[] {
	const lines = new Map<string, LearntLine>();
	const nets = uses.filter((use) => use.type === "net");
	const reached = new Set(
		nets.filter(({ need }) => need === "connect" || need === "udp").map(({ host }) => host),
	);
	for (const { need, host, port, call } of nets) {
		const bracketed = host.includes(":") ? `[${host}]` : host;
		// who may connect to a name may look it up
		if (need === "resolve" && (reached.has(host) || isMapped(grants, host))) continue;
		const item = need === "resolve" ? `resolve=${host}` : `${need}=${bracketed}:${port}`;
		if (need === "listen") {
			const rule = grants.net.find(
				(one) => one.type === "listen" && (one.port === port || one.guestPort === port),
			);
			if (rule?.type === "listen")
				lines.set(`p${rule.port}`, { list: "publish", item: formatPublish(rule), why: call });
		} else if (isRule(item)) lines.set(item, { list: "net", item, why: call });
	}
	for (const rule of grants.net)
		if (rule.type === "host" && nets.some(({ host }) => host === rule.name))
			lines.set(formatNetRule(rule), { list: "net", item: formatNetRule(rule), why: "what the name means" });
	return [...lines.values()];
}

function isMapped({ net }: Grants, name: string): boolean {
	return net.some((rule) => rule.type === "host" && rule.name === name);
}

function isRule(item: string): boolean {
	try {
		parseNetRule(item, { where: "" });
		return true;
	} catch {
		return false;
	}
}

function serviceLines({ uses, grants, real }: Learnt): LearntLine[] {
	return uses.flatMap((use): LearntLine[] => {
		if (use.type === "config") {
			const value = grants.config.get(use.name);
			return value === undefined
				? []
				: [{ table: "config", key: use.name, value, why: `${use.call} of wasi:config` }];
		}
		if (use.type !== "keyvalue") return [];
		const grant = grants.keyvalue.find(({ name }) => name === use.name);
		if (grant === undefined) return [];
		const file = grant.file === undefined ? undefined : `./${relative(real, resolve(grant.file))}`;
		return [
			{ list: "keyvalue", item: formatKeyValue({ ...grant, file }), why: `${use.call} of wasi:keyvalue` },
		];
	});
}

function isKnown(line: LearntLine, known: Wishes, { real, file }: Learnt): boolean {
	if ("table" in line)
		return line.table === "env"
			? known.env.some(({ name }) => name === line.key)
			: known.config.some(([name]) => name === line.key);
	if (!("list" in line)) return line.key === "workdir" && known.workdir !== undefined;
	switch (line.list) {
		case "mount":
			return isMountKnown(line.item, known, real, file);
		case "tmpfs":
			return known.mounts.some(({ guest }) => guest === line.item.split(":")[0]);
		case "copy-env":
			return known.env.some(({ name }) => name === line.item);
		case "keyvalue":
			return known.keyvalue.some(({ name }) => name === line.item.split("=")[0]);
		case "publish":
			return known.net.some((rule) => rule.type === "listen" && formatPublish(rule) === line.item);
		case "net":
			return known.net.some(
				(rule) => formatNetRule(rule) === formatNetRule(parseNetRule(line.item, rule.origin)),
			);
	}
}

/** By the same place of the host at the same place of the guest, or by a folder above both. */
function isMountKnown(item: string, { mounts }: Wishes, real: string, file: string): boolean {
	const wanted = parseMount(item, { where: "" });
	if (wanted.type !== "bind") return false;
	const names = (path: string) => path.split("/").filter((name) => name !== "" && name !== ".");
	return mounts.some((mount) => {
		if (mount.type !== "bind" || (mount.readOnly && !wanted.readOnly)) return false;
		const [guest, above] = [names(wanted.guest), names(mount.guest)];
		const host = names(resolve(real, wanted.host));
		const hostAbove = names(
			join(realpathSync(resolve(file, "..")), relative(resolve(file, ".."), resolve(mount.host))),
		);
		const rest = guest.slice(above.length).join("/");
		return (
			isBeneath(guest, above) && isBeneath(host, hostAbove) && host.slice(hostAbove.length).join("/") === rest
		);
	});
}

/** A place that was read-only and is written now keeps its line. */
function widened(text: string, item: string, why: string): string | undefined {
	if (item.endsWith(",readonly")) return undefined;
	return withItemChanged(text, `${item},readonly`, item, why);
}

function cannotAdd(file: string, cause: unknown, lines: readonly LearntLine[]): Fault {
	const wanted = lines
		.slice(0, 8)
		.map((line) => ("item" in line ? `${line.list}: ${line.item}` : `${line.key} = ${line.value}`));
	return new Fault("POLICY_INVALID", `cannot add what was learnt to '${file}'`, {
		note: ["it is spelled so that lines cannot be added to it", ...wanted],
		help: "--learn another.toml",
		cause,
	});
}
