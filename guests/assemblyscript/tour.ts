// AssemblyScript with its WASI shim: arguments, console, the date, randomness, an exit code.
const words = process.argv.slice(1);
console.log("arguments " + words.join(","));

const counts = new Map<string, i32>();
for (let i = 0; i < words.length; i++) {
  const word = words[i];
  counts.set(word, (counts.has(word) ? counts.get(word) : 0) + 1);
}
const names = counts.keys().sort();
for (let i = 0; i < names.length; i++) console.log(names[i] + " " + counts.get(names[i]).toString());

const random = Math.random();
console.log("random in range " + (random >= 0 && random < 1).toString());
console.log("this century " + (Date.now() / 1000 / 31556952 > 31).toString());
console.error("done");
process.exit(3);
