//! Plain stacks of convolutions: LeNet-5, AlexNet and VGG-11.

use formwork::prelude::*;

network! {
    block LeNet(width)(image: [1, h, w]) -> [10] {
        image
            -> conv1: Conv2d(3 * width, kernel: 5) -> Tanh -> AvgPool2d(2)
            -> conv2: Conv2d(8 * width, kernel: 5) -> Tanh -> AvgPool2d(2)
            -> Flatten
            -> fc1: Dense(60 * width) -> Tanh
            -> fc2: Dense(42 * width) -> Tanh
            -> fc3: Dense(10)
    }

    /// LeCun et al. (1998), with all maps of the second convolution connected.
    pub struct LeNet5(image: [1, 32, 32]) -> [10] {
        image -> net: LeNet(2)
    }

    pub struct SmallLeNet<T>(image: [1, 18, 16]) -> [10] {
        image -> net: LeNet(1)
    }

    block Conv(n)(x: [c, h, w]) -> [n, h, w] {
        x -> conv: Conv2d(n, kernel: 3, padding: 1) -> Relu
    }

    block Alex(n)(image: [c, h, w]) -> [10] {
        image
            -> conv1: Conv2d(4 * n, kernel: 5, stride: 2, padding: 2) -> Relu -> MaxPool2d(2)
            -> conv2: Conv(12 * n) -> MaxPool2d(2)
            -> conv3: Conv(24 * n) -> conv4: Conv(16 * n) -> conv5: Conv(16 * n) -> MaxPool2d(2)
            -> Flatten
            -> Dropout(0.5) -> fc1: Dense(256 * n) -> Relu
            -> Dropout(0.5) -> fc2: Dense(256 * n) -> Relu
            -> fc3: Dense(10)
    }

    /// Krizhevsky et al. (2012), cut down to CIFAR's images.
    pub struct AlexNet(image: [3, 32, 32]) -> [10] {
        image -> net: Alex(16)
    }

    pub struct SmallAlexNet<T>(image: [2, 16, 16]) -> [10] {
        image -> net: Alex(1)
    }

    block Vgg(n, hidden, classes)(image: [c, h, w]) -> [classes] {
        image
            -> Conv(n) -> MaxPool2d(2)
            -> Conv(2 * n) -> MaxPool2d(2)
            -> Conv(4 * n) -> Conv(4 * n) -> MaxPool2d(2)
            -> Conv(8 * n) -> Conv(8 * n) -> MaxPool2d(2)
            -> [Conv(8 * n); 2] -> MaxPool2d(2)
            -> Flatten
            -> fc1: Dense(hidden) -> Relu -> Dropout(0.5)
            -> fc2: Dense(hidden) -> Relu -> Dropout(0.5)
            -> fc3: Dense(classes)
    }

    /// Simonyan and Zisserman (2014), configuration A.
    pub struct Vgg11(image: [3, 224, 224]) -> [1000] {
        image -> net: Vgg(64, 4096, 1000)
    }

    pub struct SmallVgg<T>(image: [2, 32, 32]) -> [3] {
        image -> net: Vgg(2, 6, 3)
    }
}
