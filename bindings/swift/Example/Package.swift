// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "Example",
    platforms: [.macOS(.v13)],
    dependencies: [.package(name: "whatsapp-two-step", path: "..")],
    targets: [
        .executableTarget(
            name: "Example",
            dependencies: [
                .product(name: "WhatsAppTwoStep", package: "whatsapp-two-step"),
                .product(name: "WhatsAppTwoStepTesting", package: "whatsapp-two-step"), // a README's example is a test
            ]
        ),
        // For tests/conformance.
        .executableTarget(name: "Driver", dependencies: [.product(name: "WhatsAppTwoStep", package: "whatsapp-two-step")]),
    ]
)
