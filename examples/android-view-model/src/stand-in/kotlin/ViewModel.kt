// The two names of androidx.lifecycle that the view model uses, so that it compiles and runs where Google's Maven repository
// isn't reached. In an app they come from androidx.lifecycle:lifecycle-viewmodel-ktx, and this file isn't there.
package androidx.lifecycle

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel

open class ViewModel {
    internal val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)

    fun leaveScreen() = scope.cancel()
}

val ViewModel.viewModelScope: CoroutineScope get() = scope
