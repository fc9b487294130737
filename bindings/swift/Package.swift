// swift-tools-version: 6.0
import PackageDescription

// A release writes here where its XCFramework is (scripts/release-xcframework); without it, scripts/dist-swift makes the library
// of this machine, and the code that calls it, in Generated.
let release: (url: String, checksum: String)? = nil

let library: Target =
    if let release {
        .binaryTarget(name: "CTwoStep", url: release.url, checksum: release.checksum)
    } else {
        .systemLibrary(name: "CTwoStep", path: "Generated/CTwoStep")
    }

let package = Package(
    name: "whatsapp-two-step",
    platforms: [.iOS(.v16), .macOS(.v13), .tvOS(.v16), .watchOS(.v9)],
    products: [
        .library(name: "WhatsAppTwoStep", targets: ["WhatsAppTwoStep"]),
        .library(name: "WhatsAppTwoStepTesting", targets: ["WhatsAppTwoStepTesting"]),
    ],
    targets: [
        library,
        // Generated, and nobody's API.
        .target(name: "TwoStepFFI", dependencies: ["CTwoStep"], path: "Generated/TwoStepFFI"),
        .target(name: "WhatsAppTwoStep", dependencies: ["TwoStepFFI"], resources: [.copy("PrivacyInfo.xcprivacy")]),
        // The sandbox, for users' own tests.
        .target(name: "WhatsAppTwoStepTesting"),
        .testTarget(name: "WhatsAppTwoStepTests", dependencies: ["WhatsAppTwoStep", "WhatsAppTwoStepTesting", "TwoStepFFI"]),
    ]
)
