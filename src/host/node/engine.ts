import { getBuiltinModule } from "node:process";

/** V8's flags, which can be set while it runs for what is compiled later. */
export function openEngine(): { set(flags: readonly string[]): void } {
	return {
		set(flags) {
			const { setFlagsFromString } = getBuiltinModule("node:v8");
			for (const flag of flags) setFlagsFromString(flag);
		},
	};
}
