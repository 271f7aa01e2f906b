/** How each operation answers for each way to write a path: two tables, as Linux answers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	answerName,
	assertOk,
	type ContractOptions,
	CREATE,
	type DirectoryBackend,
	READ,
	treeOf,
	withBackend,
	WRITE,
	writeFile,
} from "./backend.contract.ts";
import type { Directory, OpenOptions } from "./directory.ts";
import { FileType } from "./stat.ts";

type Operation = (root: Directory, path: string) => string;

/** What `open` answers; the columns are the options in `OPENINGS`. */
const OPENING_TABLE = `
path       read       write      create     new        truncate   dir        dir-write  dir-trunc  nofollow   nofollow-dir nofollow-create nofollow-trunc
f          file       file       file       EXIST      file       NOTDIR     NOTDIR     NOTDIR     file       NOTDIR       file            file
f/         NOTDIR     NOTDIR     ISDIR      ISDIR      NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR       ISDIR           NOTDIR
f//        NOTDIR     NOTDIR     ISDIR      ISDIR      NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR       ISDIR           NOTDIR
./f        file       file       file       EXIST      file       NOTDIR     NOTDIR     NOTDIR     file       NOTDIR       file            file
d          directory  ISDIR      ISDIR      EXIST      ISDIR      directory  ISDIR      ISDIR      directory  directory    ISDIR           ISDIR
d/         directory  ISDIR      ISDIR      ISDIR      ISDIR      directory  ISDIR      ISDIR      directory  directory    ISDIR           ISDIR
.          directory  ISDIR      ISDIR      EXIST      ISDIR      directory  ISDIR      ISDIR      directory  directory    ISDIR           ISDIR
./         directory  ISDIR      ISDIR      EXIST      ISDIR      directory  ISDIR      ISDIR      directory  directory    ISDIR           ISDIR
d/.        directory  ISDIR      ISDIR      EXIST      ISDIR      directory  ISDIR      ISDIR      directory  directory    ISDIR           ISDIR
d/..       directory  ISDIR      ISDIR      EXIST      ISDIR      directory  ISDIR      ISDIR      directory  directory    ISDIR           ISDIR
d/../      directory  ISDIR      ISDIR      EXIST      ISDIR      directory  ISDIR      ISDIR      directory  directory    ISDIR           ISDIR
d/../f     file       file       file       EXIST      file       NOTDIR     NOTDIR     NOTDIR     file       NOTDIR       file            file
d//sub/    directory  ISDIR      ISDIR      ISDIR      ISDIR      directory  ISDIR      ISDIR      directory  directory    ISDIR           ISDIR
d/sub/../f file       file       file       EXIST      file       NOTDIR     NOTDIR     NOTDIR     file       NOTDIR       file            file
e          directory  ISDIR      ISDIR      EXIST      ISDIR      directory  ISDIR      ISDIR      directory  directory    ISDIR           ISDIR
e/         directory  ISDIR      ISDIR      ISDIR      ISDIR      directory  ISDIR      ISDIR      directory  directory    ISDIR           ISDIR
ld         directory  ISDIR      ISDIR      EXIST      ISDIR      directory  ISDIR      ISDIR      LOOP       NOTDIR       LOOP            LOOP
ld/        directory  ISDIR      ISDIR      ISDIR      ISDIR      directory  ISDIR      ISDIR      directory  directory    ISDIR           ISDIR
ld/.       directory  ISDIR      ISDIR      EXIST      ISDIR      directory  ISDIR      ISDIR      directory  directory    ISDIR           ISDIR
ld/..      directory  ISDIR      ISDIR      EXIST      ISDIR      directory  ISDIR      ISDIR      directory  directory    ISDIR           ISDIR
ld/f       file       file       file       EXIST      file       NOTDIR     NOTDIR     NOTDIR     file       NOTDIR       file            file
ld/nope    NOENT      NOENT      file       file       NOENT      NOENT      NOENT      NOENT      NOENT      NOENT        file            NOENT
ld_s       directory  ISDIR      ISDIR      EXIST      ISDIR      directory  ISDIR      ISDIR      LOOP       NOTDIR       LOOP            LOOP
ld_s/      directory  ISDIR      ISDIR      ISDIR      ISDIR      directory  ISDIR      ISDIR      directory  directory    ISDIR           ISDIR
ld_s/f     file       file       file       EXIST      file       NOTDIR     NOTDIR     NOTDIR     file       NOTDIR       file            file
lf         file       file       file       EXIST      file       NOTDIR     NOTDIR     NOTDIR     LOOP       NOTDIR       LOOP            LOOP
lf/        NOTDIR     NOTDIR     ISDIR      ISDIR      NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR       ISDIR           NOTDIR
lf/x       NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR       NOTDIR          NOTDIR
lf_s       NOTDIR     NOTDIR     ISDIR      EXIST      NOTDIR     NOTDIR     NOTDIR     NOTDIR     LOOP       NOTDIR       LOOP            LOOP
gone       NOENT      NOENT      file       EXIST      NOENT      NOENT      NOENT      NOENT      LOOP       NOTDIR       LOOP            LOOP
gone/      NOENT      NOENT      ISDIR      ISDIR      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT        ISDIR           NOENT
gone/x     NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT        NOENT           NOENT
gone_s     NOENT      NOENT      ISDIR      EXIST      NOENT      NOENT      NOENT      NOENT      LOOP       NOTDIR       LOOP            LOOP
chain      directory  ISDIR      ISDIR      EXIST      ISDIR      directory  ISDIR      ISDIR      LOOP       NOTDIR       LOOP            LOOP
chain/     directory  ISDIR      ISDIR      ISDIR      ISDIR      directory  ISDIR      ISDIR      directory  directory    ISDIR           ISDIR
chain/f    file       file       file       EXIST      file       NOTDIR     NOTDIR     NOTDIR     file       NOTDIR       file            file
back       file       file       file       EXIST      file       NOTDIR     NOTDIR     NOTDIR     LOOP       NOTDIR       LOOP            LOOP
back/      NOTDIR     NOTDIR     ISDIR      ISDIR      NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR       ISDIR           NOTDIR
loop       LOOP       LOOP       LOOP       EXIST      LOOP       LOOP       LOOP       LOOP       LOOP       NOTDIR       LOOP            LOOP
loop/      LOOP       LOOP       ISDIR      ISDIR      LOOP       LOOP       LOOP       LOOP       LOOP       LOOP         ISDIR           LOOP
loop/x     LOOP       LOOP       LOOP       LOOP       LOOP       LOOP       LOOP       LOOP       LOOP       LOOP         LOOP            LOOP
loop_s     LOOP       LOOP       ISDIR      EXIST      LOOP       LOOP       LOOP       LOOP       LOOP       NOTDIR       LOOP            LOOP
up         NOTCAPABLE NOTCAPABLE NOTCAPABLE EXIST      NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE LOOP       NOTDIR       LOOP            LOOP
up/        NOTCAPABLE NOTCAPABLE ISDIR      ISDIR      NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE   ISDIR           NOTCAPABLE
up/f       NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE   NOTCAPABLE      NOTCAPABLE
out        NOTCAPABLE NOTCAPABLE NOTCAPABLE EXIST      NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE LOOP       NOTDIR       LOOP            LOOP
out/       NOTCAPABLE NOTCAPABLE ISDIR      ISDIR      NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE   ISDIR           NOTCAPABLE
ld/../up   NOTCAPABLE NOTCAPABLE NOTCAPABLE EXIST      NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE LOOP       NOTDIR       LOOP            LOOP
..         NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE   NOTCAPABLE      NOTCAPABLE
../        NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE   NOTCAPABLE      NOTCAPABLE
../f       NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE   NOTCAPABLE      NOTCAPABLE
d/../..    NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE   NOTCAPABLE      NOTCAPABLE
d/../../f  NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE   NOTCAPABLE      NOTCAPABLE
ld/../..   NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE   NOTCAPABLE      NOTCAPABLE
/          NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE   NOTCAPABLE      NOTCAPABLE
/f         NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE   NOTCAPABLE      NOTCAPABLE
nope       NOENT      NOENT      file       file       NOENT      NOENT      NOENT      NOENT      NOENT      NOENT        file            NOENT
nope/      NOENT      NOENT      ISDIR      ISDIR      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT        ISDIR           NOENT
nope/x     NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT        NOENT           NOENT
nope/..    NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT        NOENT           NOENT
f/x        NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR       NOTDIR          NOTDIR
f/.        NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR       NOTDIR          NOTDIR
f/..       NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR       NOTDIR          NOTDIR
""         NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT        NOENT           NOENT
`;

const OPENINGS: Readonly<Record<string, OpenOptions>> = {
	read: READ,
	write: WRITE,
	create: CREATE,
	new: { ...CREATE, exclusive: true },
	truncate: { ...WRITE, truncate: true },
	dir: { ...READ, directory: true },
	"dir-write": { ...WRITE, directory: true },
	"dir-trunc": { ...WRITE, directory: true, truncate: true },
	nofollow: { ...READ, follow: false },
	"nofollow-dir": { ...READ, follow: false, directory: true },
	"nofollow-create": { ...CREATE, follow: false },
	"nofollow-trunc": { ...WRITE, follow: false, truncate: true },
};

/** What all other operations answer; the columns are the functions in `OPERATIONS`. */
const OPERATION_TABLE = `
path       stat       lstat      readlink   mkdir      rmdir      unlink     symlink    link-from  follow-from link-to    link-dir-to mv-from    mv-slash   mv-file-to mv-link-to mv-dir-to  mv-empty-to
f          file       file       INVAL      EXIST      NOTDIR     ok         EXIST      ok         ok          EXIST      EXIST       ok         NOTDIR     ok         ok         NOTDIR     NOTDIR
f/         NOTDIR     NOTDIR     NOTDIR     EXIST      NOTDIR     NOTDIR     EXIST      NOTDIR     NOTDIR      EXIST      EXIST       NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR
f//        NOTDIR     NOTDIR     NOTDIR     EXIST      NOTDIR     NOTDIR     EXIST      NOTDIR     NOTDIR      EXIST      EXIST       NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR
./f        file       file       INVAL      EXIST      NOTDIR     ok         EXIST      ok         ok          EXIST      EXIST       ok         NOTDIR     ok         ok         NOTDIR     NOTDIR
d          dir        dir        INVAL      EXIST      NOTEMPTY   ISDIR      EXIST      PERM       PERM        EXIST      EXIST       ok         ok         ISDIR      ISDIR      ok         NOTEMPTY
d/         dir        dir        INVAL      EXIST      NOTEMPTY   ISDIR      EXIST      PERM       PERM        EXIST      EXIST       ok         ok         NOTDIR     NOTDIR     ok         NOTEMPTY
.          dir        dir        INVAL      EXIST      INVAL      ISDIR      EXIST      PERM       PERM        EXIST      EXIST       BUSY       BUSY       BUSY       BUSY       BUSY       BUSY
./         dir        dir        INVAL      EXIST      INVAL      ISDIR      EXIST      PERM       PERM        EXIST      EXIST       BUSY       BUSY       BUSY       BUSY       BUSY       BUSY
d/.        dir        dir        INVAL      EXIST      INVAL      ISDIR      EXIST      PERM       PERM        EXIST      EXIST       BUSY       BUSY       BUSY       BUSY       BUSY       BUSY
d/..       dir        dir        INVAL      EXIST      NOTEMPTY   ISDIR      EXIST      PERM       PERM        EXIST      EXIST       BUSY       BUSY       BUSY       BUSY       BUSY       BUSY
d/../      dir        dir        INVAL      EXIST      NOTEMPTY   ISDIR      EXIST      PERM       PERM        EXIST      EXIST       BUSY       BUSY       BUSY       BUSY       BUSY       BUSY
d/../f     file       file       INVAL      EXIST      NOTDIR     ok         EXIST      ok         ok          EXIST      EXIST       ok         NOTDIR     ok         ok         NOTDIR     NOTDIR
d//sub/    dir        dir        INVAL      EXIST      ok         ISDIR      EXIST      PERM       PERM        EXIST      EXIST       ok         ok         NOTDIR     NOTDIR     INVAL      ok
d/sub/../f file       file       INVAL      EXIST      NOTDIR     ok         EXIST      ok         ok          EXIST      EXIST       ok         NOTDIR     ok         ok         INVAL      NOTDIR
e          dir        dir        INVAL      EXIST      ok         ISDIR      EXIST      PERM       PERM        EXIST      EXIST       ok         ok         ISDIR      ISDIR      ok         ok
e/         dir        dir        INVAL      EXIST      ok         ISDIR      EXIST      PERM       PERM        EXIST      EXIST       ok         ok         NOTDIR     NOTDIR     ok         ok
ld         dir        link       ok         EXIST      NOTDIR     ok         EXIST      ok         PERM        EXIST      EXIST       ok         NOTDIR     ok         ok         NOTDIR     NOTDIR
ld/        dir        dir        INVAL      EXIST      NOTDIR     NOTDIR     EXIST      PERM       PERM        EXIST      EXIST       NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR
ld/.       dir        dir        INVAL      EXIST      INVAL      ISDIR      EXIST      PERM       PERM        EXIST      EXIST       BUSY       BUSY       BUSY       BUSY       BUSY       BUSY
ld/..      dir        dir        INVAL      EXIST      NOTEMPTY   ISDIR      EXIST      PERM       PERM        EXIST      EXIST       BUSY       BUSY       BUSY       BUSY       BUSY       BUSY
ld/f       file       file       INVAL      EXIST      NOTDIR     ok         EXIST      ok         ok          EXIST      EXIST       ok         NOTDIR     ok         ok         INVAL      NOTDIR
ld/nope    NOENT      NOENT      NOENT      ok         NOENT      NOENT      ok         NOENT      NOENT       ok         PERM        NOENT      NOENT      ok         ok         INVAL      ok
ld_s       dir        link       ok         EXIST      NOTDIR     ok         EXIST      ok         PERM        EXIST      EXIST       ok         NOTDIR     ok         ok         NOTDIR     NOTDIR
ld_s/      dir        dir        INVAL      EXIST      NOTDIR     NOTDIR     EXIST      PERM       PERM        EXIST      EXIST       NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR
ld_s/f     file       file       INVAL      EXIST      NOTDIR     ok         EXIST      ok         ok          EXIST      EXIST       ok         NOTDIR     ok         ok         INVAL      NOTDIR
lf         file       link       ok         EXIST      NOTDIR     ok         EXIST      ok         ok          EXIST      EXIST       ok         NOTDIR     ok         ok         NOTDIR     NOTDIR
lf/        NOTDIR     NOTDIR     NOTDIR     EXIST      NOTDIR     NOTDIR     EXIST      NOTDIR     NOTDIR      EXIST      EXIST       NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR
lf/x       NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR      NOTDIR     NOTDIR      NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR
lf_s       NOTDIR     link       ok         EXIST      NOTDIR     ok         EXIST      ok         NOTDIR      EXIST      EXIST       ok         NOTDIR     ok         ok         NOTDIR     NOTDIR
gone       NOENT      link       ok         EXIST      NOTDIR     ok         EXIST      ok         NOENT       EXIST      EXIST       ok         NOTDIR     ok         ok         NOTDIR     NOTDIR
gone/      NOENT      NOENT      NOENT      EXIST      NOTDIR     NOTDIR     EXIST      NOENT      NOENT       EXIST      EXIST       NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR
gone/x     NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT       NOENT      NOENT       NOENT      NOENT      NOENT      NOENT      NOENT      NOENT
gone_s     NOENT      link       ok         EXIST      NOTDIR     ok         EXIST      ok         NOENT       EXIST      EXIST       ok         NOTDIR     ok         ok         NOTDIR     NOTDIR
chain      dir        link       ok         EXIST      NOTDIR     ok         EXIST      ok         PERM        EXIST      EXIST       ok         NOTDIR     ok         ok         NOTDIR     NOTDIR
chain/     dir        dir        INVAL      EXIST      NOTDIR     NOTDIR     EXIST      PERM       PERM        EXIST      EXIST       NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR
chain/f    file       file       INVAL      EXIST      NOTDIR     ok         EXIST      ok         ok          EXIST      EXIST       ok         NOTDIR     ok         ok         INVAL      NOTDIR
back       file       link       ok         EXIST      NOTDIR     ok         EXIST      ok         ok          EXIST      EXIST       ok         NOTDIR     ok         ok         NOTDIR     NOTDIR
back/      NOTDIR     NOTDIR     NOTDIR     EXIST      NOTDIR     NOTDIR     EXIST      NOTDIR     NOTDIR      EXIST      EXIST       NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR
loop       LOOP       link       ok         EXIST      NOTDIR     ok         EXIST      ok         LOOP        EXIST      EXIST       ok         NOTDIR     ok         ok         NOTDIR     NOTDIR
loop/      LOOP       LOOP       LOOP       EXIST      NOTDIR     NOTDIR     EXIST      LOOP       LOOP        EXIST      EXIST       NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR
loop/x     LOOP       LOOP       LOOP       LOOP       LOOP       LOOP       LOOP       LOOP       LOOP        LOOP       LOOP        LOOP       LOOP       LOOP       LOOP       LOOP       LOOP
up         NOTCAPABLE link       ok         EXIST      NOTDIR     ok         EXIST      ok         NOTCAPABLE  EXIST      EXIST       ok         NOTDIR     ok         ok         NOTDIR     NOTDIR
up/        NOTCAPABLE NOTCAPABLE NOTCAPABLE EXIST      NOTDIR     NOTDIR     EXIST      NOTCAPABLE NOTCAPABLE  EXIST      EXIST       NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR
up/f       NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE  NOTCAPABLE NOTCAPABLE  NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE
out        NOTCAPABLE link       ok         EXIST      NOTDIR     ok         EXIST      ok         NOTCAPABLE  EXIST      EXIST       ok         NOTDIR     ok         ok         NOTDIR     NOTDIR
out/       NOTCAPABLE NOTCAPABLE NOTCAPABLE EXIST      NOTDIR     NOTDIR     EXIST      NOTCAPABLE NOTCAPABLE  EXIST      EXIST       NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR
ld/../up   NOTCAPABLE link       ok         EXIST      NOTDIR     ok         EXIST      ok         NOTCAPABLE  EXIST      EXIST       ok         NOTDIR     ok         ok         NOTDIR     NOTDIR
..         NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE  NOTCAPABLE NOTCAPABLE  NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE
../        NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE  NOTCAPABLE NOTCAPABLE  NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE
../f       NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE  NOTCAPABLE NOTCAPABLE  NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE
d/../..    NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE  NOTCAPABLE NOTCAPABLE  NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE
d/../../f  NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE  NOTCAPABLE NOTCAPABLE  NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE
ld/../..   NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE  NOTCAPABLE NOTCAPABLE  NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE
/          NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE  NOTCAPABLE NOTCAPABLE  NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE
/f         NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE  NOTCAPABLE NOTCAPABLE  NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE NOTCAPABLE
nope       NOENT      NOENT      NOENT      ok         NOENT      NOENT      ok         NOENT      NOENT       ok         PERM        NOENT      NOENT      ok         ok         ok         ok
nope/      NOENT      NOENT      NOENT      ok         NOENT      NOENT      NOENT      NOENT      NOENT       NOENT      NOENT       NOENT      NOENT      NOTDIR     NOTDIR     ok         ok
nope/x     NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT       NOENT      NOENT       NOENT      NOENT      NOENT      NOENT      NOENT      NOENT
nope/..    NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT       NOENT      NOENT       NOENT      NOENT      NOENT      NOENT      NOENT      NOENT
f/x        NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR      NOTDIR     NOTDIR      NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR
f/.        NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR      NOTDIR     NOTDIR      NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR
f/..       NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR      NOTDIR     NOTDIR      NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR     NOTDIR
""         NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT      NOENT       NOENT      NOENT       NOENT      NOENT      NOENT      NOENT      NOENT      NOENT
`;

const OPERATIONS: Readonly<Record<string, Operation>> = {
	stat: (root, path) => typeAt(root, path, true),
	lstat: (root, path) => typeAt(root, path, false),
	readlink: (root, path) => {
		const target = root.readLink(path);
		return typeof target === "string" ? "ok" : answerName(target);
	},
	mkdir: (root, path) => answerName(root.createDirectory(path)),
	rmdir: (root, path) => answerName(root.removeDirectory(path)),
	unlink: (root, path) => answerName(root.unlink(path)),
	symlink: (root, path) => answerName(root.symlink("t", path)),
	"link-from": (root, path) => answerName(root.link(path, false, root, "new")),
	"follow-from": (root, path) => answerName(root.link(path, true, root, "new")),
	"link-to": (root, path) => answerName(root.link("f", false, root, path)),
	"link-dir-to": (root, path) => answerName(root.link("e", false, root, path)),
	"mv-from": (root, path) => answerName(root.rename(path, root, "new")),
	"mv-slash": (root, path) => answerName(root.rename(path, root, "new/")),
	"mv-file-to": (root, path) => answerName(root.rename("f", root, path)),
	"mv-link-to": (root, path) => answerName(root.rename("gone", root, path)),
	"mv-dir-to": (root, path) => answerName(root.rename("d", root, path)),
	"mv-empty-to": (root, path) => answerName(root.rename("e/", root, path)),
};

/** Every cell of both tables; and whatever was refused must have changed nothing. */
export function checkPaths(name: string, make: () => DirectoryBackend, options: ContractOptions = {}): void {
	const openings = Object.entries(OPENINGS).map(([column, way]) => [column, opening(way)] as const);
	checkTable(`${name}: open`, OPENING_TABLE, new Map(openings), make, options);
	checkTable(`${name}: act on`, OPERATION_TABLE, new Map(Object.entries(OPERATIONS)), make, options);
}

function checkTable(
	title: string,
	table: string,
	operations: ReadonlyMap<string, Operation>,
	make: () => DirectoryBackend,
	options: ContractOptions,
): void {
	const [header = [], ...rows] = table
		.trim()
		.split("\n")
		.map((line) => line.trim().split(/ +/));
	assert.deepEqual(header.slice(1), [...operations.keys()]);
	for (const [path = "", ...answers] of rows)
		test(`${title} ${path}`, () => {
			const wanted = answers.map((answer, column) => `${header[column + 1]} ${path}: ${answer}`);
			const found = [...operations].map(([column, operation]) => {
				const answer = answerOf(make, operation, path === '""' ? "" : path);
				return `${column} ${path}: ${expectedOf(options, `${column} ${path}`, answer, wanted)}`;
			});
			assert.deepEqual(found, wanted);
		});
}

/** A known difference reads as if it were none; one that is gone shows. */
function expectedOf(
	options: ContractOptions,
	cell: string,
	answer: string,
	wanted: readonly string[],
): string {
	const known = options.answers?.[cell];
	if (known === undefined) return answer;
	const usual = wanted.find((line) => line.startsWith(`${cell}: `))?.slice(cell.length + 2) ?? "";
	return known === answer ? usual : `${answer}, though known to answer ${known}`;
}

function answerOf(make: () => DirectoryBackend, operation: Operation, path: string): string {
	let answer = "";
	withBackend(make, (backend) => {
		plantTree(backend);
		const before = treeOf(backend.root);
		answer = operation(backend.root, path);
		if (answer.toUpperCase() === answer && treeOf(backend.root) !== before) answer += " but changed the tree";
	});
	return answer;
}

/** What the tables are about. `nope` does not exist; `up` and `out` lead out. */
function plantTree({ root }: DirectoryBackend): void {
	assertOk(root.createDirectory("d"));
	assertOk(root.createDirectory("d/sub"));
	assertOk(root.createDirectory("e"));
	writeFile(root, "d/f", "x");
	writeFile(root, "f", "hello");
	assertOk(root.symlink("d", "ld"));
	assertOk(root.symlink("d/", "ld_s"));
	assertOk(root.symlink("f", "lf"));
	assertOk(root.symlink("f/", "lf_s"));
	assertOk(root.symlink("nope", "gone"));
	assertOk(root.symlink("nope/", "gone_s"));
	assertOk(root.symlink("ld_s", "chain"));
	assertOk(root.symlink("d/../f", "back"));
	assertOk(root.symlink("loop", "loop"));
	assertOk(root.symlink("loop_s/", "loop_s"));
	assertOk(root.symlink("..", "up"));
	assertOk(root.symlink("../f", "out"));
}

function opening(options: OpenOptions): Operation {
	return (root, path) => {
		const opened = root.open(path, options);
		if (typeof opened !== "number") opened.close();
		return answerName(opened);
	};
}

function typeAt(root: Directory, path: string, follow: boolean): string {
	const stat = root.statAt(path, follow);
	if (typeof stat === "number") return answerName(stat);
	if (stat.type === FileType.DIRECTORY) return "dir";
	return stat.type === FileType.SYMBOLIC_LINK ? "link" : "file";
}
