import type { Denial, NetDenial } from "../capability/denial.ts";

/** Takes what a guest really used of its world, where somebody learns from it. */
export interface Uses {
	/** The network was used as the rules allow. `host` is the name by which it came there, or the address. */
	net(need: NetDenial["need"], host: string, port: number, call: string): void;
	/** A listener was waited for or asked, of those that a module is given by position. */
	listened(call: string): void;
	denied(denial: Denial): void;
}
