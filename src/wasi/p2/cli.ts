import type { ComponentGuest } from "../component-guest.ts";
import type { HostFamily } from "../host-family.ts";
import { Resource } from "../resource.ts";
import { initialDirectory, isTerminal, type StandardNumber } from "../standard.ts";
import { standardInput, standardOutput } from "./standard-streams.ts";

class TerminalInput extends Resource {}

class TerminalOutput extends Resource {}

/** wasi:cli 0.2, what a command imports. */
export const CLI: HostFamily = {
	"wasi:cli/environment@0.2": ({ world }) => ({
		getEnvironment: () => [...world.env],
		getArguments: () => [...world.args],
		initialCwd: () => initialDirectory(world),
	}),
	"wasi:cli/exit@0.2": (guest) => ({
		exit: ({ tag }: { readonly tag: "ok" | "err" }) => exit(guest, tag === "ok" ? 0 : 1),
		exitWithCode: (code: number) => exit(guest, code),
	}),
	"wasi:cli/stdin@0.2": (guest) => ({ getStdin: () => standardInput(guest) }),
	"wasi:cli/stdout@0.2": (guest) => ({ getStdout: () => standardOutput(guest, 1) }),
	"wasi:cli/stderr@0.2": (guest) => ({ getStderr: () => standardOutput(guest, 2) }),
	"wasi:cli/terminal-input@0.2": () => ({ TerminalInput }),
	"wasi:cli/terminal-output@0.2": () => ({ TerminalOutput }),
	"wasi:cli/terminal-stdin@0.2": (guest) => ({
		getTerminalStdin: () => terminal(guest, 0, TerminalInput),
	}),
	"wasi:cli/terminal-stdout@0.2": (guest) => ({
		getTerminalStdout: () => terminal(guest, 1, TerminalOutput),
	}),
	"wasi:cli/terminal-stderr@0.2": (guest) => ({
		getTerminalStderr: () => terminal(guest, 2, TerminalOutput),
	}),
};

function exit(guest: ComponentGuest, code: number): never {
	return guest.finish({ type: "exit", code });
}

function terminal<T>(
	guest: ComponentGuest,
	number: StandardNumber,
	Kind: new (guest: ComponentGuest) => T,
): T | undefined {
	return isTerminal(guest.world, number) ? new Kind(guest) : undefined;
}
