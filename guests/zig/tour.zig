//! Zig's standard library at work in its working directory: the preopen named ".".
const std = @import("std");

fn files(out: anytype) !void {
    const here = std.fs.cwd();
    try here.writeFile("words.txt", "one two two three three three\n");
    var buffer: [256]u8 = undefined;
    const text = try here.readFile("words.txt", &buffer);
    var words = std.mem.tokenizeAny(u8, text, " \n");
    var count: usize = 0;
    while (words.next()) |_| count += 1;
    try out.print("{d} bytes, {d} words\n", .{ text.len, count });
    try here.makePath("a/b");
    try here.rename("words.txt", "a/b/moved.txt");
    var listing = try here.openIterableDir("a/b", .{});
    defer listing.close();
    var entries = listing.iterate();
    while (try entries.next()) |entry| try out.print("{s} {s}\n", .{ entry.name, @tagName(entry.kind) });
    try here.deleteTree("a");
    try out.print("gone {}\n", .{here.access("a", .{}) == error.FileNotFound});
}

pub fn main() !void {
    const out = std.io.getStdOut().writer();
    var arena = std.heap.ArenaAllocator.init(std.heap.page_allocator);
    defer arena.deinit();
    const arguments = try std.process.argsAlloc(arena.allocator());
    for (arguments[1..]) |argument| try out.print("argument {s}\n", .{argument});
    const before = try std.time.Instant.now();
    std.time.sleep(5 * std.time.ns_per_ms);
    const after = try std.time.Instant.now();
    try out.print("slept {}\n", .{after.since(before) >= 4 * std.time.ns_per_ms});
    files(out) catch |failure| {
        std.debug.print("tour: {s}\n", .{@errorName(failure)});
        std.process.exit(2);
    };
}
