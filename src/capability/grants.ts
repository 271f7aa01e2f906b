/** Where a grant was written: a flag as typed, or a place in a file. Shown in errors and explanations. */
export interface Origin {
	readonly where: string;
}

export interface BindMount {
	readonly type: "bind";
	/** As the person wrote it; relative to the working directory of the command. */
	readonly host: string;
	/** Absolute, normalised, or "." (a relative preopen, WASI's word). */
	readonly guest: string;
	readonly readOnly: boolean;
	readonly origin: Origin;
}

export interface TmpfsMount {
	readonly type: "tmpfs";
	readonly guest: string;
	readonly size_bytes: number;
	readonly readOnly: boolean;
	readonly origin: Origin;
}

export type Mount = BindMount | TmpfsMount;

/** What an image brings: the guest's root, of which it may change its own copy. */
export interface RootGrant {
	/** The image, as the person named it. */
	readonly image: string;
	/** How much the guest may write. */
	readonly size_bytes: number;
	readonly readOnly: boolean;
}

export interface ListenRule {
	readonly type: "listen";
	/** An IPv4 or IPv6 address, without brackets. */
	readonly address: string;
	/** On the host; 0: one that is free. */
	readonly port: number;
	/** The port by which a component binds to it. For preview1, which has no ports, a name only. */
	readonly guestPort: number;
	readonly origin: Origin;
}

/** Whom a rule of the network means. Names are in lower case, addresses canonical and without brackets. */
export type HostPattern =
	| { readonly type: "name"; readonly name: string }
	/** Every name that ends with a dot and this, at any depth; not this name itself. */
	| { readonly type: "beneath"; readonly name: string }
	/** A single address has as many bits of prefix as it has bits. Never IPv4 in the clothes of IPv6. */
	| { readonly type: "network"; readonly address: string; readonly prefix_bits: number };

/** TCP connections, and HTTP over them. */
export interface ConnectRule {
	readonly type: "connect";
	readonly host: HostPattern;
	/** In order, none touching another; at least one. */
	readonly ports: readonly PortRange[];
	readonly origin: Origin;
}

/** Datagrams to a host, and its answers. */
export interface UdpRule {
	readonly type: "udp";
	readonly host: HostPattern;
	readonly ports: readonly PortRange[];
	readonly origin: Origin;
}

/** An address of this machine that a socket may have: to send from, and for datagrams from anybody. */
export interface BindRule {
	readonly type: "bind";
	/** An IPv4 or IPv6 address, without brackets. */
	readonly address: string;
	/** 0: one that is free. */
	readonly ports: readonly PortRange[];
	readonly origin: Origin;
}

export interface ResolveRule {
	readonly type: "resolve";
	readonly host: Exclude<HostPattern, { readonly type: "network" }>;
	readonly origin: Origin;
}

/** Docker's --add-host: a name that means this address to the guest, whatever others say. */
export interface HostRule {
	readonly type: "host";
	readonly name: string;
	/** Canonical, without brackets. */
	readonly address: string;
	readonly origin: Origin;
}

export type NetRule = ListenRule | ConnectRule | UdpRule | BindRule | ResolveRule | HostRule;

/** Both ends included. */
export interface PortRange {
	readonly first: number;
	readonly last: number;
}

export type ClockGrant =
	/** The machine's clock at its full resolution. */
	| { readonly type: "real" }
	/** The machine's clock in steps of a millisecond: nothing finer can be measured. The default. */
	| { readonly type: "coarse" }
	/** Starts at `time_ns` since 1970 and moves only while the guest sleeps, by as much as it asked. */
	| { readonly type: "frozen"; readonly time_ns: bigint };

export type RandomGrant =
	| { readonly type: "system" }
	/** The same bytes in every run. */
	| { readonly type: "seed"; readonly seed: bigint };

/** A key-value store that a component may open by its name. */
export interface KeyValueGrant {
	readonly name: string;
	/** Of the host, as the person wrote it; undefined: in memory, for this run. */
	readonly file: string | undefined;
	readonly origin: Origin;
}

/** wasi:logging's, from the least to the most grave. */
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "critical";

/** Everything a guest may reach. Immutable; made by parsing; nothing is opened by having one. */
export interface Grants {
	/** Undefined without an image that has files. */
	readonly root: RootGrant | undefined;
	/** In the order given; no two at one guest path. */
	readonly mounts: readonly Mount[];
	readonly env: ReadonlyMap<string, string>;
	readonly workdir: string | undefined;
	/** "auto": only when it is redirected, not a terminal. */
	readonly stdin: "auto" | "open";
	/** Docker's -t: the guest is told that it talks to a terminal, and TERM is set. */
	readonly terminal: boolean;
	readonly net: readonly NetRule[];
	readonly clock: ClockGrant;
	readonly random: RandomGrant;
	/** wasi:config/store. */
	readonly config: ReadonlyMap<string, string>;
	/** No two of one name. */
	readonly keyvalue: readonly KeyValueGrant[];
	/** What a component logs from this level on goes to standard error. */
	readonly logLevel: LogLevel | "none";
}

/** May do nothing but compute. */
export const NO_GRANTS: Grants = {
	root: undefined,
	mounts: [],
	env: new Map(),
	workdir: undefined,
	stdin: "auto",
	terminal: false,
	net: [],
	clock: { type: "coarse" },
	random: { type: "system" },
	config: new Map(),
	keyvalue: [],
	logLevel: "info",
};
