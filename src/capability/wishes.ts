/** Wishes: what one source, the flags or a policy file, asks for; several of them make the grants. */
import { Fault } from "../base/fault.ts";
import { type Environment, type EnvWord, settleEnv } from "./env.ts";
import { type Grants, type KeyValueGrant, type Mount, type NetRule, NO_GRANTS } from "./grants.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";

/** What one source asks for. A scalar that is absent is left as it was. */
export interface Wishes {
	readonly mounts: readonly Mount[];
	/** In order: later ones win. */
	readonly env: readonly EnvWord[];
	readonly net: readonly NetRule[];
	readonly limits: Partial<Limits>;
	readonly workdir?: string;
	readonly stdin?: Grants["stdin"];
	readonly terminal?: boolean;
	readonly clock?: Grants["clock"];
	readonly random?: Grants["random"];
	/** In order: later ones win. */
	readonly config: readonly (readonly [name: string, value: string])[];
	readonly keyvalue: readonly KeyValueGrant[];
	readonly logLevel?: Grants["logLevel"];
	/** Every bind mount, whatever it says of itself, is read-only. */
	readonly readOnly?: boolean;
}

export interface Settled {
	/** The root of an image is closed to writing as well. */
	readonly readOnly: boolean;
	readonly grants: Grants;
	readonly limits: Limits;
}

/**
 * The grants and limits that these sources come to, later ones first in right: lists add up, a scalar
 * replaces, and so does a mount at the same guest path and a variable of the same name.
 *
 * @throws Fault GRANT_INVALID when one source mounts two things at one guest path
 */
export function settle(sources: readonly Wishes[], environment: Environment): Settled {
	for (const { mounts } of sources) refuseTwins(mounts);
	const last = <Key extends keyof Wishes>(key: Key) =>
		sources.findLast((source) => source[key] !== undefined)?.[key];
	const readOnly = last("readOnly") ?? false;
	const grants: Grants = {
		root: NO_GRANTS.root,
		mounts: mergeMounts(sources, readOnly),
		env: settleEnv(
			sources.flatMap(({ env }) => env),
			environment,
		),
		workdir: last("workdir") ?? NO_GRANTS.workdir,
		stdin: last("stdin") ?? NO_GRANTS.stdin,
		terminal: last("terminal") ?? NO_GRANTS.terminal,
		net: mergeNet(sources),
		clock: last("clock") ?? NO_GRANTS.clock,
		random: last("random") ?? NO_GRANTS.random,
		config: new Map(sources.flatMap(({ config }) => config)),
		keyvalue: mergeKeyValue(sources),
		logLevel: last("logLevel") ?? NO_GRANTS.logLevel,
	};
	return {
		readOnly,
		grants,
		limits: Object.assign({}, DEFAULT_LIMITS, ...sources.map(({ limits }) => limits)) as Limits,
	};
}

/** How `--read-only` appears as the origin of a mount that it closed. */
export const READ_ONLY_FLAG = "--read-only";

function refuseTwins(mounts: readonly Mount[]): void {
	const seen = new Map<string, Mount>();
	for (const mount of mounts) {
		const twin = seen.get(mount.guest);
		if (twin !== undefined)
			throw new Fault("GRANT_INVALID", `cannot mount two things at '${mount.guest}'`, {
				note: `they are '${twin.origin.where}' and '${mount.origin.where}'`,
				help: "give one of them another guest path",
			});
		seen.set(mount.guest, mount);
	}
}

/** A map keeps the place of a key that is set again: an overriding mount takes the place of the old. */
function mergeMounts(sources: readonly Wishes[], readOnly: boolean): Mount[] {
	const merged = new Map<string, Mount>();
	for (const { mounts } of sources) for (const mount of mounts) merged.set(mount.guest, mount);
	return [...merged.values()].map((mount) => (readOnly ? closed(mount) : mount));
}

function closed(mount: Mount): Mount {
	if (mount.type === "tmpfs" || mount.readOnly) return mount;
	return { ...mount, readOnly: true, origin: { where: READ_ONLY_FLAG } };
}

/** One store a name: a later grant of a name takes the place of the earlier. */
function mergeKeyValue(sources: readonly Wishes[]): KeyValueGrant[] {
	const stores = new Map<string, KeyValueGrant>();
	for (const { keyvalue } of sources) for (const grant of keyvalue) stores.set(grant.name, grant);
	return [...stores.values()];
}

/** All rules, each once. */
function mergeNet(sources: readonly Wishes[]): NetRule[] {
	const rules = new Map<string, NetRule>();
	for (const { net } of sources) for (const rule of net) rules.set(netKey(rule), rule);
	return [...rules.values()];
}

function netKey({ origin: _origin, ...rule }: NetRule): string {
	return JSON.stringify(rule);
}
