/** What wasi:keyvalue and wasi:logging ask of a host. */

/** One key-value store. Keys are text of 1 to 256 bytes in UTF-8, values bytes. Errors are text. */
export interface KeyValueBucket {
	get(key: string): Uint8Array | undefined;
	set(key: string, value: Uint8Array): void;
	delete(key: string): void;
	exists(key: string): boolean;
	/** Keys after `cursor` in order, at most `limit`. */
	list(cursor: string | undefined, limit: number): readonly string[];
	/** Adds to a number kept as text, in one step; the new one. */
	increment(key: string, delta: bigint): bigint;
	/** Sets the value if it is still `expected` (undefined: not there); whether it did. */
	swap(key: string, expected: Uint8Array | undefined, value: Uint8Array): boolean;
}

export interface KeyValueStores {
	/** Undefined: no such store was granted. */
	open(name: string): KeyValueBucket | undefined;
}

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "critical";

export type LogSink = (level: LogLevel, context: string, message: string) => void;
