/**
 * Device names of DOS, which Windows finds in every directory, with any extension: `NUL.txt` too. The
 * superscript digits count as digits (CVE-2024-51745).
 */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])$/i;

/**
 * Whether Windows takes a name for something else than the file of that name in the directory: a
 * device, a drive or a stream (`:`), a path of its own (`\`), a pattern, or another name (a dot or a
 * space at the end is cut off).
 */
export function isForbiddenOnWindows(name: string): boolean {
	// oxlint-disable-next-line no-control-regex -- Windows forbids these in names
	if (/[\u0000-\u001f<>:"/\\|?*]/.test(name) || /[. ]$/.test(name)) return true;
	const stem = name.replace(/[.:].*$/s, "").trimEnd();
	return DEVICE.test(stem);
}
