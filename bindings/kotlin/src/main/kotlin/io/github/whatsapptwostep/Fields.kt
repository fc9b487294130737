package io.github.whatsapptwostep

import java.time.Duration

/** Plain data, as a JSON library reads it. */
internal class Fields(private val map: Map<*, *>) {
    operator fun get(name: String): Any? = map[name]

    fun text(name: String): String? = get(name)?.toString()

    fun int(name: String): Int? = (get(name) as? Number)?.toInt()

    fun time(name: String): Duration? = (get(name) as? Number)?.let { Duration.ofNanos(Math.round(it.toDouble() * NANOS)) }

    fun map(name: String): Fields? = (get(name) as? Map<*, *>)?.let(::Fields)

    fun <T> case(name: String, cases: List<T>, code: (T) -> String): T =
        requireNotNull(cases.find { code(it) == get(name) }) { "$name is ${get(name)}" }
}

private const val NANOS = 1e9

/** Whole, if it is. */
internal fun Duration.inSeconds(): Number = if (nano == 0) seconds else seconds + nano / NANOS
