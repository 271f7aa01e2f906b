import type { PathUse, UsedPath } from "../../capability/learn.ts";
import type { Directory, DirectoryEntry, OpenOptions } from "../../sys/directory.ts";
import { Errno } from "../../sys/errno.ts";
import type { File } from "../../sys/file.ts";
import { FileType, type NewTime, type Stat } from "../../sys/stat.ts";

/** The calls of which a use is told, by this host's own words for them. */
export type PathCall =
	| "open for reading"
	| "open for writing"
	| "open to make a file"
	| "open a name that is not there"
	| "list"
	| "stat"
	| "set times"
	| "make a directory"
	| "remove"
	| "read a link"
	| "make a link"
	| "rename";

/** Takes what was used of one grant: paths as `UsedPath` has them. */
export interface PathSink {
	/**
	 * @param wanted beneath the grant, as the guest asked for it
	 * @param ways as `UsedPath` has them
	 */
	used(
		path: UsedPath["path"],
		use: PathUse,
		call: PathCall,
		wanted: string,
		ways?: readonly (readonly string[])[],
	): void;
	/** A look-up of a name that the top of the grant does not have: nothing is learnt by it. */
	missedAtTop(wanted: string): void;
}

/**
 * A directory that tells what is used of it: only what succeeds, and look-ups of names that are not there, which
 * must answer the same later. Links are followed to where they lead beneath the grant, so that what is told holds
 * without them. It decides nothing: what may be done, those beneath it decide.
 */
export class LearningDirectory implements Directory {
	readonly kind = "directory";
	readonly #inner: Directory;
	readonly #root: Directory;
	readonly #at: readonly string[];
	readonly #sink: PathSink;

	/** @param root of the grant, to look links up in; @param at where `inner` lies beneath it */
	constructor(inner: Directory, sink: PathSink, root: Directory = inner, at: readonly string[] = []) {
		this.#inner = inner;
		this.#sink = sink;
		this.#root = root;
		this.#at = at;
	}

	open(path: string, options: OpenOptions): File | Directory | Errno {
		const makes = options.create && typeof this.#inner.statAt(path, options.follow) === "number";
		const opened = this.#inner.open(path, options);
		if (opened === Errno.NOENT) this.#missed(path);
		if (typeof opened === "number") return opened;
		if (opened.kind === "directory") {
			this.#used(path, "seen", "open for reading");
			const { names } = this.#find(path, true);
			return new LearningDirectory(opened, this.#sink, this.#root, names);
		}
		if (makes) this.#used(path, "tree-write", "open to make a file", true);
		else if (options.write || options.truncate) this.#used(path, "write", "open for writing");
		else this.#used(path, "read", "open for reading");
		return opened;
	}

	stat(): Stat | Errno {
		return this.#inner.stat();
	}

	list(from: bigint, each: (entry: DirectoryEntry) => boolean): Errno {
		this.#used(".", "tree-read", "list");
		return this.#inner.list(from, each);
	}

	statAt(path: string, follow: boolean): Stat | Errno {
		const stat = this.#inner.statAt(path, follow);
		if (stat === Errno.NOENT) this.#missed(path);
		if (typeof stat === "number") return stat;
		if (stat.type === FileType.DIRECTORY) this.#used(path, "seen", "stat");
		else if (stat.type === FileType.REGULAR_FILE) this.#used(path, "read", "stat");
		// what is neither has no grant of its own
		else this.#used(path, "tree-read", "stat", true);
		return stat;
	}

	readLink(path: string): string | Errno {
		const target = this.#inner.readLink(path);
		if (typeof target === "string") this.#used(path, "tree-read", "read a link", true);
		return target;
	}

	sync(): Errno {
		return this.#inner.sync();
	}
	close(): void {
		this.#inner.close();
	}

	setTimes(accessed: NewTime, modified: NewTime): Errno {
		return this.#changed(this.#inner.setTimes(accessed, modified), ".", "set times", false);
	}
	setTimesAt(path: string, follow: boolean, accessed: NewTime, modified: NewTime): Errno {
		const done = this.#inner.setTimesAt(path, follow, accessed, modified);
		return this.#changed(done, path, "set times", true);
	}
	createDirectory(path: string): Errno {
		return this.#changed(this.#inner.createDirectory(path), path, "make a directory", true);
	}
	removeDirectory(path: string): Errno {
		return this.#changed(this.#inner.removeDirectory(path), path, "remove", true);
	}
	unlink(path: string): Errno {
		return this.#changed(this.#inner.unlink(path), path, "remove", true);
	}
	symlink(target: string, path: string): Errno {
		return this.#changed(this.#inner.symlink(target, path), path, "make a link", true);
	}

	link(path: string, follow: boolean, to: Directory, toPath: string): Errno {
		const done = this.#inner.link(path, follow, behind(to), toPath);
		return this.#moved(done, path, to, toPath, "make a link");
	}
	rename(path: string, to: Directory, toPath: string): Errno {
		const done = this.#inner.rename(path, behind(to), toPath);
		return this.#moved(done, path, to, toPath, "rename");
	}

	#changed(done: Errno, path: string, call: PathCall, inParent: boolean): Errno {
		if (done === Errno.SUCCESS) this.#used(path, "tree-write", call, inParent);
		return done;
	}

	/** Both ends must lie in one grant: between two there is no renaming. */
	#moved(done: Errno, path: string, to: Directory, toPath: string, call: PathCall): Errno {
		if (done !== Errno.SUCCESS) return done;
		const ends = [this.#find(path, false)];
		if (to instanceof LearningDirectory) ends.push(to.#find(toPath, false));
		const ways = ends.flatMap(({ names, links }) => [names].concat(links)).map((way) => way.slice(0, -1));
		this.#sink.used(common(ways), "tree-write", call, this.#wanted(path), ways);
		return done;
	}

	/**
	 * A name that is not there is told by its folder, which then answers the same later. But not by the grant itself: a
	 * look-up at its top, of which C libraries and language runtimes make many, would open all of it.
	 */
	#missed(path: string): void {
		const { names } = this.#find(path, true);
		const folder = names.slice(0, -1);
		const [top = ""] = names;
		if (folder.length === 0 || typeof this.#root.statAt(top, false) === "number")
			return this.#sink.missedAtTop(names.join("/"));
		if (typeof this.#root.statAt(folder.join("/"), false) === "number") return;
		this.#sink.used(folder, "missed", "open a name that is not there", this.#wanted(path));
	}

	#used(path: string, use: PathUse, call: PathCall, inParent = false): void {
		const { names, links } = this.#find(path, !inParent);
		const end = inParent ? names.slice(0, -1) : names;
		if (links.length === 0) return this.#sink.used(end, use, call, this.#wanted(path));
		// the way through a link needs the folder in which both of its ends lie
		const isTree = inParent || use === "tree-read" || use === "tree-write" || use === "seen";
		const ways = [isTree ? end : end.slice(0, -1), ...links.map((link) => link.slice(0, -1))];
		const writes = use === "write" || use === "tree-write";
		const place = common(ways);
		this.#sink.used(place, writes ? "tree-write" : "tree-read", call, this.#wanted(path), ways);
	}

	#wanted(path: string): string {
		return [...this.#at, ...path.split("/").filter((name) => name !== "" && name !== ".")].join("/");
	}

	/** Where a path leads beneath the grant, and the links and the folders that were left again on the way. */
	#find(path: string, followsLast: boolean): { names: string[]; links: string[][] } {
		const names = [...this.#at];
		const links: string[][] = [];
		let followed = 0;
		const rest = path.split("/").filter((name) => name !== "" && name !== ".");
		for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
			if (name === "..") {
				// out of a folder there is a way only in what is granted together with it
				if (names.length > 0) links.push([...names], [...names, ".."]);
				names.pop();
				continue;
			}
			const isLast = rest.length === 0 && !followsLast;
			const target = isLast ? Errno.INVAL : this.#root.readLink([...names, name].join("/"));
			if (typeof target !== "string" || followed >= LINKS_MAX) names.push(name);
			else {
				followed += 1;
				links.push([...names, name]);
				rest.unshift(...target.split("/").filter((one) => one !== "" && one !== "."));
			}
		}
		return { names, links };
	}

	static behind(directory: Directory): Directory {
		return directory instanceof LearningDirectory ? directory.#inner : directory;
	}
}

/** As many as a path may lead through (src/sys/directory.ts). */
const LINKS_MAX = 40;

/** Backends know only their own directories. */
const behind = (directory: Directory) => LearningDirectory.behind(directory);

/** The folder that all of these lie in. */
function common(paths: readonly (readonly string[])[]): readonly string[] {
	const [first = [], ...others] = paths;
	const differs = first.findIndex((name, index) => others.some((other) => other[index] !== name));
	return differs < 0 ? first : first.slice(0, differs);
}
