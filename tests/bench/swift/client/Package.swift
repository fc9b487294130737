// swift-tools-version: 6.0
import PackageDescription

// Our package beside URLSession alone, which is under it. A package goes by the name of its folder, and "swift" is ours already.
let package = Package(
    name: "Bench",
    platforms: [.macOS(.v13)],
    dependencies: [.package(name: "whatsapp-two-step", path: "../../../../bindings/swift")],
    targets: [
        .executableTarget(name: "Bench", dependencies: [.product(name: "WhatsAppTwoStep", package: "whatsapp-two-step")])
    ]
)
