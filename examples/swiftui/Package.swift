// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "PinExample",
    platforms: [.iOS(.v17), .macOS(.v14)],
    dependencies: [.package(name: "whatsapp-two-step", path: "../../bindings/swift")],
    targets: [
        .target(name: "PinModel", dependencies: [.product(name: "WhatsAppTwoStep", package: "whatsapp-two-step")]),
        .target(name: "PinApp", dependencies: ["PinModel"]),
        .testTarget(name: "PinModelTests", dependencies: ["PinModel"]),
    ]
)
