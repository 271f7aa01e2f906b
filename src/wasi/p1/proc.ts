import { Errno } from "../../sys/errno.ts";
import { type HostFunction, hostFunction } from "./function.ts";

/** preview1 `$signal`: its names by number, and what POSIX does with a process that raises it. */
const SIGNALS: readonly (readonly [name: string, posix: number, effect: "end" | "ignore"])[] = [
	["NONE", 0, "ignore"],
	["SIGHUP", 1, "end"],
	["SIGINT", 2, "end"],
	["SIGQUIT", 3, "end"],
	["SIGILL", 4, "end"],
	["SIGTRAP", 5, "end"],
	["SIGABRT", 6, "end"],
	["SIGBUS", 7, "end"],
	["SIGFPE", 8, "end"],
	["SIGKILL", 9, "end"],
	["SIGUSR1", 10, "end"],
	["SIGSEGV", 11, "end"],
	["SIGUSR2", 12, "end"],
	["SIGPIPE", 13, "end"],
	["SIGALRM", 14, "end"],
	["SIGTERM", 15, "end"],
	["SIGCHLD", 17, "ignore"],
	["SIGCONT", 18, "ignore"],
	["SIGSTOP", 19, "end"],
	["SIGTSTP", 20, "end"],
	["SIGTTIN", 21, "end"],
	["SIGTTOU", 22, "end"],
	["SIGURG", 23, "ignore"],
	["SIGXCPU", 24, "end"],
	["SIGXFSZ", 25, "end"],
	["SIGVTALRM", 26, "end"],
	["SIGPROF", 27, "end"],
	["SIGWINCH", 28, "ignore"],
	["SIGPOLL", 29, "end"],
	["SIGPWR", 30, "end"],
	["SIGSYS", 31, "end"],
];

export const proc_exit: HostFunction = {
	name: "proc_exit",
	params: [["rval", "u32"]],
	returns: "nothing",
	call: ({ guest }, code: number) => guest.finish({ type: "exit", code: code >>> 0 }),
};

export const proc_raise = hostFunction("proc_raise", [["sig", "signal"]], ({ guest }, number: number) => {
	const signal = SIGNALS[number];
	if (signal === undefined) return Errno.INVAL;
	const [name, posix, effect] = signal;
	if (effect === "ignore") return Errno.SUCCESS;
	return guest.finish({ type: "signal", signal: name, number: posix });
});

export const sched_yield = hostFunction("sched_yield", [], () => Errno.SUCCESS);
