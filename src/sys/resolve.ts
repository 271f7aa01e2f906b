/**
 * Path resolution beneath a directory, one component after the other, for backends whose system does
 * not do it for them (WebAssembly/wasi-filesystem path-resolution.md; the rules are in directory.ts).
 *
 * It holds up against others who change the tree meanwhile because it never joins names to a path:
 * each step asks for one name in a directory that is held open, `..` goes back along the directories
 * that were entered, and a link is read and followed here, never by the system below.
 */
import { Errno } from "./errno.ts";

/** Bytes of a name, of a path, and links followed for one path: Linux's NAME_MAX, PATH_MAX and 40. */
export const NAME_BYTES_MAX = 255;
export const PATH_BYTES_MAX = 4095;
const LINKS_MAX = 40;

/** A symbolic link found where a name was looked up. */
export class Link {
	readonly target: string;

	constructor(target: string) {
		this.target = target;
	}
}

/** What a backend brings: one step into a directory. */
export interface Steps<D extends object> {
	/**
	 * The directory that `name` is in `directory`, or the link that it is. The system below must not
	 * follow it. `name` is no dots, holds no slash and no NUL, and has 1 to 255 bytes of UTF-8.
	 * NOENT when there is nothing, NOTDIR for all else.
	 */
	enter(directory: D, name: string): D | Link | Errno;
	/** Gives back a directory that `enter` answered. */
	leave?(directory: D): void;
}

/** Where a path ends. */
export interface Last<D extends object> {
	/** What holds `name`; where `name` is `.` or `..`, the very directory that the path means. */
	readonly directory: D;
	readonly name: string;
	/** A slash came after the name: it has to be a directory, and a link is followed in any case. */
	readonly slash: boolean;
}

/** The path ended in `.` or `..`: it means `last.directory` itself. */
export function endsInDots<D extends object>(last: Last<D>): boolean {
	return last.name === "." || last.name === "..";
}

/**
 * Walks `path` beneath `root` and lets `act` do its deed on the last component.
 *
 * When `act` finds a link there and wants it followed, it answers the `Link` and is called again where
 * that leads. What it does must be one step of the system's that follows no link, so that nobody can
 * slip one in between. The directory it is given is held only until it returns.
 *
 * Answers what `act` did; or NOENT for an empty path, INVAL for a NUL, NAMETOOLONG, LOOP over 40 links,
 * NOTCAPABLE where the path or a link leads out of `root`, and whatever `enter` answered. As many
 * directories are held at once as the path, its links included, goes deep.
 */
export function resolve<D extends object, R>(
	steps: Steps<D>,
	root: D,
	path: string,
	act: (last: Last<D>) => R | Link,
): R | Errno {
	const wrong = checkPath(path);
	if (wrong !== Errno.SUCCESS) return wrong;
	const walk = new Walk(steps, root, path);
	try {
		return walk.to(act);
	} finally {
		walk.end();
	}
}

/** What is wrong with a path, or with a link's target that is about to be followed, in itself. */
export function checkPath(path: string): Errno {
	if (path === "") return Errno.NOENT;
	if (isLonger(path, PATH_BYTES_MAX)) return Errno.NAMETOOLONG;
	if (path.includes("\0")) return Errno.INVAL;
	return path.startsWith("/") ? Errno.NOTCAPABLE : Errno.SUCCESS;
}

class Walk<D extends object> {
	readonly #steps: Steps<D>;
	readonly #root: D;
	/** The directories entered below the root, so that `..` needs no help from the system. */
	readonly #entered: D[] = [];
	/** What is still to be walked: `#rest` from `#position` on, which never is a slash. */
	#rest: string;
	#position = 0;
	#links = 0;

	constructor(steps: Steps<D>, root: D, path: string) {
		this.#steps = steps;
		this.#root = root;
		this.#rest = path;
	}

	to<R>(act: (last: Last<D>) => R | Link): R | Errno {
		for (;;) {
			const end = this.#endOfName();
			const name = this.#rest.slice(this.#position, end);
			this.#position = this.#endOfSlashes(end);
			const isLast = this.#position === this.#rest.length;
			const slash = this.#position > end;
			let wrong = name === ".." ? this.#goUp() : checkName(name);
			if (wrong !== Errno.SUCCESS) return wrong;
			if (isLast) {
				const answer = act({ directory: this.#here(), name, slash });
				if (!(answer instanceof Link)) return answer;
				wrong = this.#follow(answer, slash ? "/" : "");
			} else if (name !== "." && name !== "..") {
				wrong = this.#enter(name);
			}
			if (wrong !== Errno.SUCCESS) return wrong;
		}
	}

	end(): void {
		for (const directory of this.#entered) this.#steps.leave?.(directory);
	}

	#here(): D {
		return this.#entered.at(-1) ?? this.#root;
	}

	#goUp(): Errno {
		const left = this.#entered.pop();
		if (left === undefined) return Errno.NOTCAPABLE;
		this.#steps.leave?.(left);
		return Errno.SUCCESS;
	}

	#enter(name: string): Errno {
		const found = this.#steps.enter(this.#here(), name);
		if (typeof found === "number") return found;
		if (found instanceof Link) return this.#follow(found, "/" + this.#rest.slice(this.#position));
		this.#entered.push(found);
		return Errno.SUCCESS;
	}

	/** Goes on with the link's target in place of the link's name, and with `after` behind it. */
	#follow(link: Link, after: string): Errno {
		this.#links += 1;
		if (this.#links > LINKS_MAX) return Errno.LOOP;
		const wrong = checkPath(link.target);
		if (wrong !== Errno.SUCCESS) return wrong;
		this.#rest = link.target + after;
		this.#position = 0;
		return Errno.SUCCESS;
	}

	#endOfName(): number {
		const end = this.#rest.indexOf("/", this.#position);
		return end === -1 ? this.#rest.length : end;
	}

	#endOfSlashes(from: number): number {
		let end = from;
		while (this.#rest[end] === "/") end += 1;
		return end;
	}
}

function checkName(name: string): Errno {
	return isLonger(name, NAME_BYTES_MAX) ? Errno.NAMETOOLONG : Errno.SUCCESS;
}

/** Whether `text` takes more than `bytes_max` bytes as UTF-8; looks at no more of it than it must. */
export function isLonger(text: string, bytes_max: number): boolean {
	if (text.length > bytes_max) return true;
	// a code unit takes three bytes at most
	return text.length * 3 > bytes_max && new TextEncoder().encode(text).length > bytes_max;
}
