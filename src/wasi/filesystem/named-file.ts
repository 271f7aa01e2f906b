import type { Directory, OpenOptions } from "../../sys/directory.ts";
import { Errno } from "../../sys/errno.ts";
import type { File } from "../../sys/file.ts";
import { bareStat, FileType, type NewTime, type Stat } from "../../sys/stat.ts";

/**
 * One file in the place of a directory, to be preopened under the file's own absolute name: what C
 * libraries ask for when they open exactly that name is `.` in it. All else that a directory could do
 * answers as for a file.
 */
export class NamedFile implements Directory {
	readonly kind = "directory";
	/** Where it lies, and under which name. */
	readonly directory: Directory;
	readonly name: string;

	/** @param name in `directory`, which somebody else closes */
	constructor(directory: Directory, name: string) {
		this.directory = directory;
		this.name = name;
	}

	stat(): Stat {
		return bareStat(FileType.DIRECTORY);
	}
	list(): Errno {
		return Errno.NOTDIR;
	}
	setTimes(accessed: NewTime, modified: NewTime): Errno {
		return this.directory.setTimesAt(this.name, true, accessed, modified);
	}
	sync(): Errno {
		return this.directory.sync();
	}
	open(path: string, options: OpenOptions): File | Directory | Errno {
		return path === "." ? this.directory.open(this.name, options) : Errno.NOTDIR;
	}
	statAt(path: string, follow: boolean): Stat | Errno {
		return path === "." ? this.directory.statAt(this.name, follow) : Errno.NOTDIR;
	}
	setTimesAt(path: string, follow: boolean, accessed: NewTime, modified: NewTime): Errno {
		return path === "." ? this.directory.setTimesAt(this.name, follow, accessed, modified) : Errno.NOTDIR;
	}
	unlink(path: string): Errno {
		return path === "." ? this.directory.unlink(this.name) : Errno.NOTDIR;
	}
	readLink(path: string): string | Errno {
		return path === "." ? this.directory.readLink(this.name) : Errno.NOTDIR;
	}
	link(path: string, follow: boolean, to: Directory, toPath: string): Errno {
		return path === "." ? this.directory.link(this.name, follow, to, toPath) : Errno.NOTDIR;
	}
	rename(path: string, to: Directory, toPath: string): Errno {
		return path === "." ? this.directory.rename(this.name, to, toPath) : Errno.NOTDIR;
	}
	createDirectory(path: string): Errno {
		return path === "." ? Errno.EXIST : Errno.NOTDIR;
	}
	removeDirectory(): Errno {
		return Errno.NOTDIR;
	}
	symlink(_target: string, path: string): Errno {
		return path === "." ? Errno.EXIST : Errno.NOTDIR;
	}
	close(): void {}
}
