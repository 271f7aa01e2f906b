/** From what was used to the lines of a policy. */
import { lstatSync, realpathSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { BindMount, Grants, Mount } from "../../capability/grants.ts";
import { isBeneath, leastPlaces, type LeastPlace, type UsedPath } from "../../capability/learn.ts";
import { type LearntLine, mountItem } from "../../capability/learn-text.ts";
import { parseMount } from "../../capability/mount-csv.ts";
import { formatKeyValue } from "../../capability/services.ts";
import { listenLines, netLines } from "./learnt-net.ts";
import type { Use } from "./use.ts";

export interface Learnt {
	readonly uses: readonly Use[];
	/** What the program was granted, and what it could learn. */
	readonly grants: Grants;
	/** The policy's folder, without links. */
	readonly real: string;
}

/** What a policy needs of lines to cover all that was used. */
export function learntLines(learnt: Learnt): readonly LearntLine[] {
	const { grants, uses } = learnt;
	const mounts = grants.mounts.flatMap((mount) => mountLines(mount, learnt));
	const env = uses.find((use) => use.type === "env");
	return [
		...workdirLines(mounts, grants),
		...mounts,
		...(env === undefined ? [] : envLines(grants, env.call)),
		...listenLines(uses, grants.net),
		...netLines(uses, grants.net),
		...serviceLines(learnt),
	];
}

/** The working directory has to be there, too: where nothing of it was used, an empty one will do. */
function workdirLines(learnt: readonly LearntLine[], { workdir, mounts }: Grants): LearntLine[] {
	if (workdir === undefined || learnt.length === 0) return [];
	const line: LearntLine = {
		key: "workdir",
		value: workdir,
		why: "where relative paths start, as when it was learnt",
	};
	const here = namesOf(workdir);
	const isThere = learnt.some((one) => {
		const place = namesOf("mount" in one ? one.mount.target : "list" in one ? pathOf(one.item) : "/");
		return isBeneath(here, place) || isBeneath(place, here);
	});
	// an image may have it by itself
	if (isThere || !mounts.some(({ guest }) => isBeneath(here, namesOf(guest)))) return [line];
	const why = "the working directory; empty: no more was used";
	return [line, { mount: { source: "", target: workdir, readOnly: true, isEmpty: true }, why }];
}

/** Of what `--tmpfs` says. */
function pathOf(item: string): string {
	return item.split(":", 1)[0] ?? "";
}

export function namesOf(path: string): string[] {
	return path.split("/").filter((name) => name !== "" && name !== ".");
}

function mountLines(mount: Mount, { uses, real }: Learnt): LearntLine[] {
	const used = uses.filter((use) => use.type === "path").filter((use) => use.mount === mount.guest);
	if (mount.type === "bind") return placesOf(mount, used).map((place) => mountLine(mount, place, real));
	const [first] = used;
	if (first === undefined) return [];
	const item = `${mount.guest}:size=${mount.size_bytes}${mount.readOnly ? ",ro" : ""}`;
	return [{ list: "tmpfs", item, why: first.call }];
}

/** Each once, and nothing empty within what is not. */
function placesOf(mount: BindMount, used: readonly UsedPath[]): LeastPlace[] {
	const least = leastPlaces(used);
	const full = new Map<string, LeastPlace>();
	for (const place of least) {
		if (place.isEmpty) continue;
		const one = safe(mount, place);
		const key = one.path.join("/");
		if (full.get(key)?.readOnly !== false) full.set(key, one);
	}
	const isBare = ({ path }: LeastPlace) => ![...full.values()].some((one) => isBeneath(path, one.path));
	const empties = least.filter((place) => place.isEmpty && isBare(place) && isWritable(mount, place.path));
	return [...full.values(), ...empties];
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
	const target = guestOf(mount, path);
	const item = mountItem({ source: join(".", ...path), target, readOnly: true });
	try {
		const read = parseMount(item, { where: "" });
		return read.type === "bind" && read.guest === target && !/[\n\r]/.test(item) && item.isWellFormed();
	} catch {
		return false;
	}
}

function mountLine(mount: BindMount, { path, readOnly, isEmpty, why }: LeastPlace, real: string): LearntLine {
	const target = guestOf(mount, path);
	if (isEmpty)
		return { mount: { source: "", target, readOnly: true, isEmpty }, why: `${why}; empty: no more was used` };
	const host = relative(real, join(realpathSync(resolve(mount.host)), ...path));
	const source = host === "" ? "." : host === ".." || host.startsWith("../") ? host : `./${host}`;
	return { mount: { source, target, readOnly: mount.readOnly || readOnly }, why };
}

function guestOf({ guest }: BindMount, path: readonly string[]): string {
	if (path.length === 0) return guest;
	return `${guest === "/" || guest === "." ? "" : guest}/${path.join("/")}`;
}

/** By name alone: what a policy holds may be read by others. */
function envLines({ env }: Grants, call: string): LearntLine[] {
	return [...env.keys()].map((item) => ({
		list: "copy-env",
		item,
		why: `${call}, which gives all that are granted`,
	}));
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
