import type { AddressClass } from "./net-class.ts";

/**
 * Something that a guest asked for and was refused. Kept while it runs; a failing run ends with the
 * refusals and with the smallest grant that would allow each.
 */
export type Denial =
	| PathDenial
	| NetDenial
	/** A tmpfs, or the disk behind a grant, is full. */
	| { readonly type: "no-space"; readonly guestPath: string }
	| { readonly type: "descriptors"; readonly limit: number }
	/** A key-value store of this name was not granted. */
	| { readonly type: "keyvalue"; readonly name: string }
	/** Standard input was read although it is closed: a terminal, without -i. */
	| { readonly type: "stdin" };

export interface PathDenial {
	readonly type: "path";
	/** Absolute and normalised, as the guest knows it; relative beneath a grant named ".". */
	readonly guestPath: string;
	readonly need: "read" | "write" | "list" | "stat";
	/**
	 * Which rule refused it: nothing is granted there; what is granted is read-only; the path leads
	 * out of its grant (through `..` or a link) or to a device, FIFO or socket.
	 */
	readonly rule: "no-mount" | "read-only" | "escape";
}

export interface NetDenial {
	readonly type: "net";
	/** "udp": to send a datagram; "listen" and "bind": `host` and `port` are of this machine. */
	readonly need: "connect" | "udp" | "listen" | "bind" | "resolve";
	/** An address, without brackets; of "resolve" a name in lower case. */
	readonly host: string;
	/** 0 of "resolve"; of "listen" and "bind" also: any that is free. */
	readonly port: number;
	/** The name by which the guest came to the address, where it looked one up. */
	readonly name: string | undefined;
	/** The name is granted, but its address is of this class, not a public one. Undefined: no rule names it. */
	readonly inward: AddressClass | undefined;
}
