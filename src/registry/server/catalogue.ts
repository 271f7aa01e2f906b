import { DatabaseSync, type SQLOutputValue, type StatementSync } from "node:sqlite";
import type { Digest } from "../../oci/digest.ts";

/** A manifest as the registry knows it without opening it again. */
export interface ManifestRow {
	readonly digest: Digest;
	readonly size_bytes: number;
	readonly mediaType: string;
	/** As a referrer's descriptor has it: the config's media type where the manifest has none of its own. */
	readonly artifactType: string | undefined;
	readonly subject: Digest | undefined;
	readonly annotations: Readonly<Record<string, string>> | undefined;
}

const SCHEMA = `
	CREATE TABLE IF NOT EXISTS content (
		digest TEXT PRIMARY KEY, size_bytes INTEGER NOT NULL
	) STRICT, WITHOUT ROWID;
	CREATE TABLE IF NOT EXISTS blob (
		repository TEXT NOT NULL, digest TEXT NOT NULL REFERENCES content,
		PRIMARY KEY (repository, digest)
	) STRICT, WITHOUT ROWID;
	CREATE TABLE IF NOT EXISTS manifest (
		repository TEXT NOT NULL, digest TEXT NOT NULL REFERENCES content, media_type TEXT NOT NULL,
		artifact_type TEXT, subject TEXT, annotations TEXT,
		PRIMARY KEY (repository, digest)
	) STRICT, WITHOUT ROWID;
	CREATE INDEX IF NOT EXISTS referrer ON manifest (repository, subject) WHERE subject IS NOT NULL;
	CREATE TABLE IF NOT EXISTS tag (
		repository TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL,
		PRIMARY KEY (repository, name),
		FOREIGN KEY (repository, digest) REFERENCES manifest ON DELETE CASCADE
	) STRICT, WITHOUT ROWID;
	CREATE INDEX IF NOT EXISTS tagged ON tag (repository, digest);`;

const MANIFEST = `SELECT manifest.digest, size_bytes, media_type, artifact_type, subject, annotations
	FROM manifest JOIN content USING (digest) WHERE repository = ?`;

type Row = Record<string, SQLOutputValue>;

/**
 * What each repository holds: links to content, manifests, tags. One SQLite database, so that a change
 * is either whole or not there, whenever the process is killed; in memory where `path` is ":memory:".
 * Methods throw SQLite's own errors, a full disk's among them.
 */
export class Catalogue {
	readonly #database: DatabaseSync;
	readonly #statements = new Map<string, StatementSync>();

	/** Takes the database for this process alone. Throws when another one has it (errcode 5, SQLITE_BUSY). */
	constructor(path: string) {
		this.#database = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: true });
		this.#database.exec(
			"PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL",
		);
		this.#database.exec(`BEGIN EXCLUSIVE; ${SCHEMA}; COMMIT`);
	}

	close(): void {
		this.#database.close();
	}

	/** Does all of `change` or nothing. */
	transaction(change: () => void): void {
		this.#database.exec("BEGIN IMMEDIATE");
		try {
			change();
			this.#database.exec("COMMIT");
		} catch (error) {
			if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
			throw error;
		}
	}

	/** Its size, when the repository may serve this blob. */
	blobSize(repository: string, digest: Digest): number | undefined {
		const row = this.#row(
			"SELECT size_bytes FROM blob JOIN content USING (digest) WHERE repository = ? AND digest = ?",
			repository,
			digest,
		);
		return row === undefined ? undefined : Number(row["size_bytes"]);
	}

	linkBlob(repository: string, digest: Digest, size_bytes: number): void {
		this.transaction(() => {
			this.#addContent(digest, size_bytes);
			this.#run("INSERT OR IGNORE INTO blob VALUES (?, ?)", repository, digest);
		});
	}

	/** Whether it was there. Its bytes stay until they are collected. */
	unlinkBlob(repository: string, digest: Digest): boolean {
		return this.#run("DELETE FROM blob WHERE repository = ? AND digest = ?", repository, digest) > 0;
	}

	manifest(repository: string, digest: Digest): ManifestRow | undefined {
		const row = this.#row(`${MANIFEST} AND digest = ?`, repository, digest);
		return row === undefined ? undefined : manifestRow(row);
	}

	/** Keeps the manifest and lets all of `tags` stand for it. */
	putManifest(repository: string, manifest: ManifestRow, tags: readonly string[]): void {
		const { digest, mediaType, artifactType, subject, annotations } = manifest;
		this.transaction(() => {
			this.#addContent(digest, manifest.size_bytes);
			// an update, not a replacement: that would delete, and the tags with it
			this.#run(
				`INSERT INTO manifest VALUES (?, ?, ?, ?, ?, ?)
					ON CONFLICT DO UPDATE SET media_type = excluded.media_type`,
				repository,
				digest,
				mediaType,
				artifactType ?? null,
				subject ?? null,
				annotations === undefined ? null : JSON.stringify(annotations),
			);
			for (const tag of tags)
				this.#run(
					"INSERT INTO tag VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET digest = excluded.digest",
					repository,
					tag,
					digest,
				);
		});
	}

	/** Whether it was there. All tags that stood for it go with it. */
	deleteManifest(repository: string, digest: Digest): boolean {
		return this.#run("DELETE FROM manifest WHERE repository = ? AND digest = ?", repository, digest) > 0;
	}

	tagged(repository: string, tag: string): Digest | undefined {
		const row = this.#row("SELECT digest FROM tag WHERE repository = ? AND name = ?", repository, tag);
		return row?.["digest"] as Digest | undefined;
	}

	deleteTag(repository: string, tag: string): boolean {
		return this.#run("DELETE FROM tag WHERE repository = ? AND name = ?", repository, tag) > 0;
	}

	/** Up to `most` tags behind `last`, in the order of their bytes. */
	tags(repository: string, last: string, most: number): readonly string[] {
		const rows = this.#rows(
			"SELECT name FROM tag WHERE repository = ? AND name > ? ORDER BY name LIMIT ?",
			repository,
			last,
			most,
		);
		return rows.map((row) => String(row["name"]));
	}

	hasRepository(repository: string): boolean {
		return (
			this.#row(
				`SELECT 1 FROM blob WHERE repository = ?1 UNION ALL SELECT 1 FROM manifest WHERE repository = ?1 LIMIT 1`,
				repository,
			) !== undefined
		);
	}

	/** Up to `most` names of repositories behind `last`, in the order of their bytes. */
	repositories(last: string, most: number): readonly string[] {
		const rows = this.#rows(
			`SELECT repository FROM blob WHERE repository > ?1 UNION
				SELECT repository FROM manifest WHERE repository > ?1 ORDER BY repository LIMIT ?2`,
			last,
			most,
		);
		return rows.map((row) => String(row["repository"]));
	}

	/** Manifests that name `subject`, in the order of their digests, from behind `last` on. */
	*referrers(repository: string, subject: Digest, last: string): Generator<ManifestRow> {
		const rows = this.#statement(`${MANIFEST} AND subject = ? AND digest > ? ORDER BY digest`);
		for (const row of rows.iterate(repository, subject, last)) yield manifestRow(row);
	}

	/** Every manifest, with its repository. */
	manifests(): readonly (readonly [repository: string, digest: Digest])[] {
		const rows = this.#rows("SELECT repository, digest FROM manifest");
		return rows.map((row) => [String(row["repository"]), row["digest"] as Digest]);
	}

	/** Every blob of every repository. */
	blobs(): readonly (readonly [repository: string, digest: Digest])[] {
		const rows = this.#rows("SELECT repository, digest FROM blob");
		return rows.map((row) => [String(row["repository"]), row["digest"] as Digest]);
	}

	/** All content that is known of, with its size in bytes. */
	content(): ReadonlyMap<Digest, number> {
		const rows = this.#rows("SELECT digest, size_bytes FROM content");
		return new Map(rows.map((row) => [row["digest"] as Digest, Number(row["size_bytes"])]));
	}

	/** Forgets content, and every blob, manifest and tag that needs it. */
	forget(digest: Digest): void {
		this.transaction(() => {
			for (const table of ["blob", "manifest", "content"])
				this.#run(`DELETE FROM ${table} WHERE digest = ?`, digest);
		});
	}

	/** Forgets this content if no repository holds it, and says whether that is so. */
	forgetUnlinked(digest: Digest): boolean {
		const linked = this.#row(
			"SELECT 1 FROM blob WHERE digest = ?1 UNION ALL SELECT 1 FROM manifest WHERE digest = ?1 LIMIT 1",
			digest,
		);
		if (linked === undefined) this.#run("DELETE FROM content WHERE digest = ?", digest);
		return linked === undefined;
	}

	#addContent(digest: Digest, size_bytes: number): void {
		this.#run("INSERT OR IGNORE INTO content VALUES (?, ?)", digest, size_bytes);
	}

	/** How many rows it changed. */
	#run(sql: string, ...values: (string | number | null)[]): number {
		return Number(this.#statement(sql).run(...values).changes);
	}

	#row(sql: string, ...values: (string | number)[]): Row | undefined {
		return this.#statement(sql).get(...values);
	}

	#rows(sql: string, ...values: (string | number)[]): readonly Row[] {
		return this.#statement(sql).all(...values);
	}

	#statement(sql: string): StatementSync {
		const known = this.#statements.get(sql);
		if (known !== undefined) return known;
		const made = this.#database.prepare(sql);
		this.#statements.set(sql, made);
		return made;
	}
}

function manifestRow(row: Row): ManifestRow {
	const text = (name: string) => (row[name] === null ? undefined : String(row[name]));
	const annotations = text("annotations");
	return {
		digest: row["digest"] as Digest,
		size_bytes: Number(row["size_bytes"]),
		mediaType: String(row["media_type"]),
		artifactType: text("artifact_type"),
		subject: text("subject") as Digest | undefined,
		annotations: annotations === undefined ? undefined : (JSON.parse(annotations) as Record<string, string>),
	};
}
