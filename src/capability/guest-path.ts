import { grantInvalid } from "./grant-fault.ts";

/**
 * The path under which a guest finds a mount, made normal: absolute, no empty or `.` components, no
 * slash at the end; or `.` alone. `data` is `/data`: WASI programs strip the slash before they compare.
 *
 * Answers what is wrong with it as `{ problem }`. `..` is refused rather than resolved: in
 * `/data/../etc` the writer and the reader would each see another directory.
 */
export function parseGuestPath(text: string): string | { readonly problem: string } {
	if (text === "") return { problem: "the guest path is empty" };
	if (text.includes("\0")) return { problem: "a guest path cannot hold a NUL" };
	if (utf8Length(text) > PATH_BYTES_MAX)
		return { problem: `a guest path has at most ${PATH_BYTES_MAX} bytes` };
	if (text === "." || text === "./") return ".";
	const components = text.split("/").filter((component) => component !== "" && component !== ".");
	if (components.includes("..")) return { problem: `a guest path cannot hold '..'` };
	if (components.some((component) => utf8Length(component) > COMPONENT_BYTES_MAX))
		return { problem: `each part of a guest path has at most ${COMPONENT_BYTES_MAX} bytes` };
	return `/${components.join("/")}`;
}

/** Docker's `-w`: the guest's directory to start in, absolute. */
export function parseWorkdir(text: string): string {
	const form = { what: "a working directory", form: "a path inside the guest", example: "-w /data" };
	const guest = parseGuestPath(text);
	if (typeof guest !== "string") throw grantInvalid(form, text, guest.problem);
	if (guest === ".") throw grantInvalid(form, text, "it is a path inside the guest and begins with '/'");
	return guest;
}

/** As every backend bounds them (src/sys/directory.ts). */
const PATH_BYTES_MAX = 4095;
const COMPONENT_BYTES_MAX = 255;

function utf8Length(text: string): number {
	return new TextEncoder().encode(text).length;
}
