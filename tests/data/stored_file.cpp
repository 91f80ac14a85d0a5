/// Makes the database of a stored file (README.md) where its argument says; tests/data/add writes
/// it down as text.
#include "data/contents.hpp"

int main(int count, char** arguments) {
    if (count != 2) {
        return 2;
    }
    crmkit::testing::write_contents(arguments[1]);
    return 0;
}
