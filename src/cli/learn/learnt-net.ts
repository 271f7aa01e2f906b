/** From what was used of the network to the lines of a policy. */
import { parseAddress } from "../../base/ip-address.ts";
import type { NetRule } from "../../capability/grants.ts";
import type { LearntLine } from "../../capability/learn-text.ts";
import { liesIn } from "../../capability/net-class.ts";
import { holdsPort, listenerFor, mayResolve } from "../../capability/net-gate.ts";
import { formatNetRule, formatPublish, parseNetRule } from "../../capability/net.ts";
import type { Use } from "./use.ts";

/** Of one rule more places than this are written as the rule: a program could look up names for ever. */
const PLACES_OF_RULE_MAX = 32;

type NetUse = Extract<Use, { readonly type: "net" }>;

/** One host and port; port 0 of a look-up. */
export type NetPlace = Pick<NetUse, "need" | "host" | "port">;

/** Each listener that was used; of a module's all, which it knows by their positions. */
export function listenLines(uses: readonly Use[], rules: readonly NetRule[]): LearntLine[] {
	const byPosition = uses.find((use) => use.type === "listeners");
	const asked = netUses(uses).filter(({ need }) => need === "listen");
	const lines = new Map<string, LearntLine>();
	for (const rule of rules) {
		if (rule.type !== "listen") continue;
		const one = asked.find(({ host, port }) => listenerFor(rules, host, port) === rule);
		const why = byPosition?.call ?? one?.call;
		const item = formatPublish(rule);
		if (why !== undefined) lines.set(item, { list: "publish", item, why });
	}
	return [...lines.values()];
}

/** Each place that was reached, looked up or bound, and what the names among them mean. */
export function netLines(uses: readonly Use[], rules: readonly NetRule[]): LearntLine[] {
	const nets = netUses(uses).filter(({ need }) => need !== "listen");
	const lines = placeLines(nets, rules);
	for (const rule of rules)
		if (rule.type === "host" && nets.some(({ host }) => host === rule.name))
			lines.push({ list: "net", item: formatNetRule(rule), why: "what the name means" });
	return lines;
}

function netUses(uses: readonly Use[]): NetUse[] {
	return uses.filter((use) => use.type === "net");
}

function placeLines(nets: readonly NetUse[], rules: readonly NetRule[]): LearntLine[] {
	const reached = new Set(
		nets.filter(({ need }) => need === "connect" || need === "udp").map(({ host }) => host),
	);
	const mapped = new Set(rules.flatMap((rule) => (rule.type === "host" ? [rule.name] : [])));
	const byRule = new Map<NetRule | undefined, Map<string, LearntLine>>();
	for (const use of nets) {
		// who may connect to a name may look it up
		if (use.need === "resolve" && (reached.has(use.host) || mapped.has(use.host))) continue;
		const item = itemOf(use);
		if (!isOfOneHost(item)) continue;
		const rule = rules.find((one) => holdsPlace(one, use));
		const lines = byRule.get(rule) ?? new Map<string, LearntLine>();
		byRule.set(rule, lines);
		if (!lines.has(item)) lines.set(item, { list: "net", item, why: use.call });
	}
	return [...byRule].flatMap(([rule, lines]) => few(rule, [...lines.values()]));
}

/** Never more than was allowed to be learnt. */
function few(rule: NetRule | undefined, lines: readonly LearntLine[]): readonly LearntLine[] {
	const [first] = lines;
	if (rule === undefined || first === undefined || lines.length <= PLACES_OF_RULE_MAX) return lines;
	return [
		{ list: "net", item: formatNetRule(rule), why: `${first.why}, of ${lines.length} places within it` },
	];
}

function itemOf({ need, host, port }: NetPlace): string {
	const bracketed = host.includes(":") ? `[${host}]` : host;
	return need === "resolve" ? `resolve=${host}` : `${need}=${bracketed}:${port}`;
}

/** The guest chose the name: as a rule it must mean that one host, not `*.NAME` or a network. */
function isOfOneHost(item: string): boolean {
	try {
		const rule = parseNetRule(item, { where: "" });
		return formatNetRule(rule) === item && onePlace(rule) !== undefined;
	} catch {
		return false;
	}
}

/** What a rule is for that is for one place alone; undefined: it is for several, or none. */
export function onePlace(rule: NetRule): NetPlace | undefined {
	if (rule.type === "listen" || rule.type === "host") return undefined;
	const host = rule.type === "bind" ? rule.address : hostOf(rule.host);
	if (host === undefined) return undefined;
	if (rule.type === "resolve") return { need: "resolve", host, port: 0 };
	const [{ first, last } = { first: 0, last: 1 }, ...others] = rule.ports;
	return others.length > 0 || first !== last ? undefined : { need: rule.type, host, port: first };
}

function hostOf(host: Extract<NetRule, { readonly type: "connect" }>["host"]): string | undefined {
	if (host.type === "name") return host.name;
	const isWhole = host.type === "network" && host.prefix_bits === (host.address.includes(":") ? 128 : 32);
	return isWhole ? host.address : undefined;
}

/** Whether a rule by itself lets a guest have what it used. */
export function holdsPlace(rule: NetRule, { need, host, port }: NetPlace): boolean {
	if (need === "resolve") return mayResolve([rule], host) === undefined;
	if (rule.type !== need || !("ports" in rule) || !holdsPort(rule.ports, port)) return false;
	if (rule.type === "bind") return rule.address === host;
	if (parseAddress(host) === undefined) return mayResolve([rule], host) === undefined;
	return rule.host.type === "network" && liesIn(host, rule.host.address, rule.host.prefix_bits);
}
