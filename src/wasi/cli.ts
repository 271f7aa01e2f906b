/** What wasi:cli means alike in 0.2 and 0.3. */
import type { ComponentGuest } from "./component-guest.ts";
import type { HostFamily } from "./host-family.ts";
import type { HostInterface } from "./host-interface.ts";
import { Resource } from "./resource.ts";
import { isTerminal, type StandardNumber } from "./standard.ts";

/** wasi:cli/exit. */
export function exitInterface(guest: ComponentGuest): HostInterface {
	return {
		exit: ({ tag }: { readonly tag: "ok" | "err" }) => exit(guest, tag === "ok" ? 0 : 1),
		exitWithCode: (code: number) => exit(guest, code),
	};
}

/** wasi:cli/terminal-*: whether the standard streams are terminals; nothing can be done to one. */
export function terminalInterfaces(track: "0.2" | "0.3"): HostFamily {
	return {
		[`wasi:cli/terminal-input@${track}`]: () => ({ TerminalInput }),
		[`wasi:cli/terminal-output@${track}`]: () => ({ TerminalOutput }),
		[`wasi:cli/terminal-stdin@${track}`]: (guest) => ({
			getTerminalStdin: () => terminal(guest, 0, TerminalInput),
		}),
		[`wasi:cli/terminal-stdout@${track}`]: (guest) => ({
			getTerminalStdout: () => terminal(guest, 1, TerminalOutput),
		}),
		[`wasi:cli/terminal-stderr@${track}`]: (guest) => ({
			getTerminalStderr: () => terminal(guest, 2, TerminalOutput),
		}),
	};
}

class TerminalInput extends Resource {}

class TerminalOutput extends Resource {}

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
