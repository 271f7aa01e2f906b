import type { HostFamily } from "./host-family.ts";

/** wasi:config 0.2.0-rc.1: what was granted by `--config`, and nothing of the host's own. */
export const CONFIG: HostFamily = {
	"wasi:config/store@0.2.0-rc.1": ({ world: { config } }) => ({
		get: (key: string) => config.get(key),
		getAll: () => [...config],
	}),
};
