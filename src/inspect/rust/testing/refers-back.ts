/** A v0 name of tuples of which each has the one before it twice: the last would be 2^count long. */
export function refersBack(count: number): string {
	let mangled = "_RINvC1a1fTllE";
	let place = 8;
	for (let left = count; left > 0; left--) {
		const next = mangled.length - 2;
		// a number in base 62 is one less than it says, and ends so
		const back = `B${base62(place - 1)}_`;
		mangled += `T${back}${back}E`;
		place = next;
	}
	return `${mangled}E`;
}

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

function base62(value: number): string {
	return `${value < 62 ? "" : base62(Math.floor(value / 62))}${DIGITS[value % 62]}`;
}
