formwork::blocks! {
    pub vision {
        block Down(x: [c, h, w]) -> [c, h / 2, w / 2] {
            x -> MaxPol2d(2)
        }
        struct Net(x: [3]) -> [3] { x }
    }
}

fn main() {}
