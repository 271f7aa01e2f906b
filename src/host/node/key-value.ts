/** Key-value stores over node:sqlite: in files, which several processes may share, or in memory. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type KeyValueBucket, type NumberRange, StoreError } from "../../sys/key-value.ts";

/** What a store may take up, its own administration included. */
const FILE_BYTES_MAX = 1024 ** 3;
const MEMORY_BYTES_MAX = 64 * 1024 ** 2;

/** How long one who finds the store locked by another process waits for it. */
const PATIENCE_MS = 1000;

/** Tells our files from other people's: "wkv1". */
const APPLICATION_ID = 0x776b_7631;

/**
 * Opens the store in a file, which is made when it is missing; undefined: in memory, as long as it is open.
 *
 * All files that SQLite will need are opened here, so that it works behind the second wall: it logs ahead (WAL), and
 * what was logged is the kernel's when a call returns. A kill -9 loses none of it; a power cut may lose the last
 * changes, and never leaves half of one.
 *
 * @throws StoreError where the file is no store, or cannot be used as one
 */
export function openKeyValue(file: string | undefined): SqliteBucket {
	const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
	return guarded(() => {
		const database = new DatabaseSync(file ?? ":memory:", {
			timeout: PATIENCE_MS,
			allowExtension: false,
			enableDoubleQuotedStringLiterals: false,
			defensive: true,
		});
		try {
			prepareFile(database, file !== undefined);
			return new SqliteBucket(database);
		} catch (error) {
			database.close();
			throw error;
		}
	});
}

function prepareFile(database: DatabaseSync, isFile: boolean): void {
	// nothing that a foreign file defines is run, and nothing is kept in files of its own
	database.exec("PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON");
	const isNew = !isOurs(database);
	if (isFile && pragma(database, "journal_mode = WAL") !== "wal")
		throw new StoreError("its file system cannot share memory between processes, which logging ahead needs");
	database.exec("PRAGMA synchronous = NORMAL");
	const pages = (isFile ? FILE_BYTES_MAX : MEMORY_BYTES_MAX) / Number(pragma(database, "page_size"));
	database.exec(`PRAGMA max_page_count = ${Math.floor(pages)}`);
	if (isNew) makeTable(database);
}

function makeTable(database: DatabaseSync): void {
	database.exec(`
		BEGIN IMMEDIATE;
		CREATE TABLE IF NOT EXISTS pairs (
			id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, value BLOB NOT NULL
		) STRICT;
		PRAGMA application_id = ${APPLICATION_ID};
		COMMIT`);
}

/** An empty file can be made a store; any other database is left alone. */
function isOurs(database: DatabaseSync): boolean {
	const tables = database.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.["n"];
	if (Number(pragma(database, "application_id")) === APPLICATION_ID) return true;
	if (tables === 0) return false;
	throw new StoreError("it is a database of something else, not a key-value store of wherry");
}

function pragma(database: DatabaseSync, words: string): unknown {
	return Object.values(database.prepare(`PRAGMA ${words}`).get() ?? {})[0];
}

const SQL = {
	get: "SELECT value FROM pairs WHERE key = ?",
	exists: "SELECT 1 FROM pairs WHERE key = ?",
	set: "INSERT INTO pairs (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
	delete: "DELETE FROM pairs WHERE key = ?",
	list: "SELECT id, key FROM pairs WHERE id > ? ORDER BY id LIMIT ?",
	begin: "BEGIN IMMEDIATE",
	commit: "COMMIT",
	rollback: "ROLLBACK",
} as const;

/** Its statements are made at once: what is compiled later would find no memory of the schema to go by. */
export class SqliteBucket implements KeyValueBucket {
	readonly #database: DatabaseSync;
	readonly #statements: Readonly<Record<keyof typeof SQL, StatementSync>>;

	constructor(database: DatabaseSync) {
		this.#database = database;
		this.#statements = Object.fromEntries(
			Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]),
		) as Record<keyof typeof SQL, StatementSync>;
		this.#statements.list.setReadBigInts(true);
	}

	get(key: string): Uint8Array | undefined {
		return guarded(() => this.#statements.get.get(key)?.["value"] as Uint8Array | undefined);
	}

	set(key: string, value: Uint8Array): void {
		guarded(() => this.#statements.set.run(key, value));
	}

	delete(key: string): void {
		guarded(() => this.#statements.delete.run(key));
	}

	exists(key: string): boolean {
		return guarded(() => this.#statements.exists.get(key) !== undefined);
	}

	list(cursor: bigint, limit: number): ReturnType<KeyValueBucket["list"]> {
		if (cursor > ID_MAX) return { keys: [], cursor: undefined };
		const rows = guarded(() => this.#statements.list.all(cursor, limit)) as { id: bigint; key: string }[];
		return {
			keys: rows.map(({ key }) => key),
			cursor: rows.length < limit ? undefined : rows.at(-1)?.id,
		};
	}

	increment(key: string, delta: bigint, { least, most }: NumberRange): bigint {
		return this.#inOneStep(() => {
			const sum = numberOf(this.get(key)) + delta;
			if (sum < least || sum > most) throw new StoreError("the sum is beyond what the number's type holds");
			this.set(key, new TextEncoder().encode(sum.toString()));
			return sum;
		});
	}

	swap(key: string, expected: Uint8Array | undefined, value: Uint8Array): boolean {
		return this.#inOneStep(() => {
			if (!isSame(this.get(key), expected)) return false;
			this.set(key, value);
			return true;
		});
	}

	/**
	 * What was logged ahead goes into the file proper, unless others have it open. The log stays, empty: behind the second
	 * wall nothing can be removed.
	 */
	close(): void {
		try {
			this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
		} finally {
			this.#database.close();
		}
	}

	#inOneStep<T>(act: () => T): T {
		guarded(() => this.#statements.begin.run());
		try {
			const answer = act();
			guarded(() => this.#statements.commit.run());
			return answer;
		} catch (error) {
			if (this.#database.isTransaction) this.#statements.rollback.run();
			throw error;
		}
	}
}

/** SQLite's largest id. */
const ID_MAX = (1n << 63n) - 1n;

function numberOf(value: Uint8Array | undefined): bigint {
	if (value === undefined) return 0n;
	const text = value.length > DIGITS_MAX ? "" : new TextDecoder().decode(value);
	if (!/^-?\d+$/.test(text)) throw new StoreError("the value is no number in decimal digits");
	return BigInt(text);
}

/** A sign and the digits of any 64-bit number. */
const DIGITS_MAX = 20;

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
	if (a === undefined || b === undefined) return a === b;
	return Buffer.compare(a, b) === 0;
}

/** Errors of SQLite as clauses that say nothing of the host's paths. */
function guarded<T>(act: () => T): T {
	try {
		return act();
	} catch (error) {
		const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : undefined;
		if (code === undefined) throw error;
		throw new StoreError(REASONS.get(code) ?? "it cannot be read or written", { cause: error });
	}
}

/** By SQLite's primary result codes. */
const REASONS: ReadonlyMap<number, string> = new Map([
	[5, "another process has it locked"],
	[6, "it is locked"],
	[7, "there is no memory left for it"],
	[8, "it may not be written"],
	[11, "it is damaged"],
	[13, "it is full"],
	[14, "it cannot be opened"],
	[26, "it is no key-value store"],
]);
