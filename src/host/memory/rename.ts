import { Errno } from "../../sys/errno.ts";
import { endsInDots, type Last } from "../../sys/resolve.ts";
import { type AnyNode, DirectoryNode } from "./nodes.ts";

/** Gives what `from` names the name `to`, by the rules of POSIX and, where they leave a choice, of Linux. */
export function renameNode(from: Last<DirectoryNode>, to: Last<DirectoryNode>): Errno {
	if (endsInDots(from) || endsInDots(to)) return Errno.BUSY;
	const node = from.directory.entries.get(from.name);
	if (node === undefined || to.directory.isRemoved) return Errno.NOENT;
	const old = to.directory.entries.get(to.name);
	if (old === node) return slashFits(node, from, to) ? Errno.SUCCESS : Errno.NOTDIR;
	const refused = whyRefused(node, from, old, to);
	return refused === Errno.SUCCESS ? move(node, from, old, to) : refused;
}

function whyRefused(
	node: AnyNode,
	from: Last<DirectoryNode>,
	old: AnyNode | undefined,
	to: Last<DirectoryNode>,
): Errno {
	if (!slashFits(node, from, to)) return Errno.NOTDIR;
	if (node instanceof DirectoryNode && isWithin(to.directory, node)) return Errno.INVAL;
	if (old === undefined) return Errno.SUCCESS;
	if (old instanceof DirectoryNode && isWithin(from.directory, old)) return Errno.NOTEMPTY;
	if (node instanceof DirectoryNode !== old instanceof DirectoryNode)
		return node instanceof DirectoryNode ? Errno.NOTDIR : Errno.ISDIR;
	return old instanceof DirectoryNode && old.entries.size > 0 ? Errno.NOTEMPTY : Errno.SUCCESS;
}

/** A slash behind either name is for directories. */
function slashFits(node: AnyNode, from: Last<DirectoryNode>, to: Last<DirectoryNode>): boolean {
	return node instanceof DirectoryNode || !(from.slash || to.slash);
}

function move(
	node: AnyNode,
	from: Last<DirectoryNode>,
	old: AnyNode | undefined,
	to: Last<DirectoryNode>,
): Errno {
	if (old !== undefined) {
		to.directory.replaceName(to.name, old, node);
		from.directory.removeName(from.name, node);
		return Errno.SUCCESS;
	}
	if (from.directory !== to.directory) {
		if (!to.directory.addName(to.name, node)) return Errno.NOSPC;
		from.directory.removeName(from.name, node);
		return Errno.SUCCESS;
	}
	if (!to.directory.changeName(from.name, to.name)) return Errno.NOSPC;
	node.changed_ns = to.directory.changed_ns;
	return Errno.SUCCESS;
}

/** Whether `directory` is `other`, or lies somewhere beneath. */
function isWithin(directory: DirectoryNode, other: DirectoryNode): boolean {
	let here = directory;
	while (here !== other && here.parent !== here) here = here.parent;
	return here === other;
}
