import { exitInterface, terminalInterfaces } from "../cli.ts";
import type { HostFamily } from "../host-family.ts";
import { initialDirectory } from "../standard.ts";
import { standardInput, standardOutput } from "./standard-streams.ts";

/** wasi:cli 0.2, what a command imports. */
export const CLI: HostFamily = {
	"wasi:cli/environment@0.2": ({ world }) => ({
		getEnvironment: () => [...world.env],
		getArguments: () => [...world.args],
		initialCwd: () => initialDirectory(world),
	}),
	"wasi:cli/exit@0.2": exitInterface,
	"wasi:cli/stdin@0.2": (guest) => ({ getStdin: () => standardInput(guest) }),
	"wasi:cli/stdout@0.2": (guest) => ({ getStdout: () => standardOutput(guest, 1) }),
	"wasi:cli/stderr@0.2": (guest) => ({ getStderr: () => standardOutput(guest, 2) }),
	...terminalInterfaces("0.2"),
};
