// Kotlin compiles to WebAssembly's garbage collection and exceptions; files are beyond its library.
import kotlin.random.Random
import kotlin.time.TimeSource

class Refused(message: String) : Exception(message)

sealed interface Shape {
    data class Circle(val radius: Double) : Shape
    data class Square(val side: Double) : Shape
}

fun area(shape: Shape): Double = when (shape) {
    is Shape.Circle -> 3.0 * shape.radius * shape.radius
    is Shape.Square -> shape.side * shape.side
}

fun refuse(depth: Int): Int = if (depth == 0) throw Refused("too deep") else refuse(depth - 1) + 1

fun caught(): String = try {
    refuse(100).toString()
} catch (refused: Refused) {
    "caught ${refused.message}"
} finally {
    println("finally")
}

fun main() {
    val shapes = listOf(Shape.Circle(2.0), Shape.Square(3.0))
    println(shapes.map(::area))
    println(caught())
    val words = "one two two three three three".split(" ").groupingBy { it }.eachCount()
    println(words)
    // garbage enough that it must be collected
    val lengths = (1..200_000).sumOf { "number $it".length }
    println("lengths $lengths")
    println("random in range ${Random.nextInt(10) in 0..9}")
    println("time passes ${TimeSource.Monotonic.markNow().elapsedNow().inWholeNanoseconds >= 0}")
}
