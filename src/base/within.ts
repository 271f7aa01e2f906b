/**
 * A path below a folder, of plain names. Every system takes the slash. Node's own `join` normalises,
 * which takes a start half a millisecond.
 */
export function within(folder: string, ...names: readonly string[]): string {
	return [folder, ...names].join("/");
}
