import { formatTime } from "./clock.ts";
import type { ClockGrant, Grants, KeyValueGrant, Mount, RandomGrant } from "./grants.ts";
import { explainNet } from "./net-words.ts";
import { formatSize } from "./quantity.ts";

/** What a guest with these grants may do, a sentence each, to be read behind "the program ...". */
export function explain(grants: Grants): string[] {
	const { mounts, workdir, env, net, stdin, terminal, clock, random, config, keyvalue } = grants;
	const sentences = [
		...mounts.map(explainMount),
		...(workdir === undefined ? [] : [`works in ${workdir}`]),
		...(stdin === "open" ? ["may read standard input, from a terminal too"] : []),
		...(terminal ? ["is told that it talks to a terminal"] : []),
		...(env.size === 0
			? []
			: [`sees the ${env.size === 1 ? "variable" : "variables"} ${[...env.keys()].join(", ")}`]),
		...net.map((rule) => explainNet(rule, net)),
		...explainClock(clock),
		...explainRandom(random),
		...(config.size === 0 ? [] : [`is configured by ${[...config.keys()].join(", ")}`]),
		...keyvalue.map(explainKeyValue),
	];
	return sentences.length === 0 ? ["may do nothing but compute"] : sentences;
}

function explainMount(mount: Mount): string {
	const may = mount.readOnly ? "may read" : "may read and write";
	if (mount.type === "tmpfs")
		return `${may} up to ${formatSize(mount.size_bytes)} in memory at ${mount.guest}`;
	return `${may} ${mount.host} as ${mount.guest}`;
}

function explainKeyValue({ name, file }: KeyValueGrant): string {
	return file === undefined
		? `may keep values in the store '${name}', in memory for this run`
		: `may read and change the key-value store ${file} as '${name}'`;
}

function explainClock(clock: ClockGrant): string[] {
	switch (clock.type) {
		case "coarse":
			return [];
		case "real":
			return ["sees the clock at its full resolution, fine enough to measure other programs by"];
		case "frozen":
			return [`sees a clock that stands at ${formatTime(clock.time_ns)} but for its own sleeping`];
	}
}

function explainRandom(random: RandomGrant): string[] {
	return random.type === "system" ? [] : [`gets the same random bytes in every run, of seed ${random.seed}`];
}
