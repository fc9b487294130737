package io.github.whatsapptwostep

import java.io.ByteArrayOutputStream
import java.io.DataOutputStream
import java.nio.ByteBuffer
import java.time.Duration

// Records as UniFFI writes them: fields one after the other, big-endian; text, bytes and lists with their length before them; a
// flag before what may be absent; the number of its case, from 1, before what is one of several.

/** A record to be. Text that is none, such as half a surrogate pair, becomes question marks, which the core judges. */
internal class Record {
    private val bytes = ByteArrayOutputStream(256)
    private val out = DataOutputStream(bytes)

    fun int(value: Int): Record = apply { out.writeInt(value) }

    fun long(value: Long): Record = apply { out.writeLong(value) }

    fun bool(value: Boolean): Record = apply { out.writeBoolean(value) }

    fun bytes(value: ByteArray): Record = int(value.size).apply { out.write(value) }

    fun text(value: String): Record = bytes(value.toByteArray())

    fun textOrNull(value: String?): Record = if (value == null) bool(false) else bool(true).text(value)

    fun longOrNull(value: Long?): Record = if (value == null) bool(false) else bool(true).long(value)

    fun doubleOrNull(value: Double?): Record = if (value == null) bool(false) else bool(true).apply { out.writeDouble(value) }

    fun short(value: Int): Record = apply { out.writeShort(value) }

    fun caseOrNull(value: Enum<*>?): Record = if (value == null) bool(false) else bool(true).int(value.ordinal + 1)

    fun toByteArray(): ByteArray = bytes.toByteArray()
}

internal fun ByteBuffer.bytes(): ByteArray = ByteArray(int).also { get(it) }

internal fun ByteBuffer.text(): String = String(bytes())

internal fun ByteBuffer.bool(): Boolean = get() != 0.toByte()

internal fun ByteBuffer.time(): Duration = Duration.ofSeconds(long, int.toLong())

internal fun <T> ByteBuffer.orNull(read: ByteBuffer.() -> T): T? = if (bool()) read() else null

/** What the core gives where it may refuse: what [read] makes of it, or the error. */
internal inline fun <T> ByteArray.orRefused(read: ByteBuffer.() -> T): T =
    with(ByteBuffer.wrap(this)) { if (int == 1) read() else throw twoStepError(Failure.read(this), cause = null) }

internal fun <T> ByteBuffer.list(read: ByteBuffer.() -> T): List<T> = List(int) { read() }

/** Names and values by turns. */
internal fun ByteBuffer.pairs(): Map<String, String> {
    val pairs = LinkedHashMap<String, String>()
    repeat(int / 2) { pairs[text()] = text() }
    return pairs
}
