package io.github.whatsapptwostep

import java.io.EOFException
import java.io.IOException
import java.net.ConnectException
import java.net.NoRouteToHostException
import java.net.UnknownHostException
import java.security.cert.CertificateException
import javax.net.ssl.SSLException
import javax.net.ssl.SSLPeerUnverifiedException

/** Why a connection failed, and whether it will stay so. */
internal class Why(val reason: Reason, val isLasting: Boolean = false)

/** What an exception of the JVM's sockets, of its TLS or of OkHttp tells. Where a type says nothing, its words do. */
internal fun IOException.why(): Why? {
    val chain = generateSequence<Throwable>(this) { it.cause }.take(10).toList()
    fun says(vararg words: String) = chain.any { error -> words.any { error.message.orEmpty().contains(it, ignoreCase = true) } }
    return when {
        chain.any { it is UnknownHostException } -> Why(Reason.DNS)
        says("Too many open files") -> Why(Reason.NO_DESCRIPTORS)
        says("authenticate with proxy", "Too many tunnel connections", "SOCKS: authentication") -> Why(Reason.PROXY, isLasting = true)
        says("response code for CONNECT", "SOCKS") -> Why(Reason.PROXY)
        chain.any { it is CertificateException || it is SSLPeerUnverifiedException } -> Why(Reason.TLS, isLasting = true)
        chain.any { it is NoRouteToHostException } || says("unreachable") -> Why(Reason.UNREACHABLE)
        says("refused") || this is ConnectException -> Why(Reason.REFUSED)
        says("reset", "Broken pipe", "connection abort") -> Why(Reason.RESET)
        chain.any { it is SSLException } -> Why(Reason.TLS)
        chain.any { it is EOFException } || says("unexpected end of stream", "closed") -> Why(Reason.CLOSED)
        else -> null
    }
}
