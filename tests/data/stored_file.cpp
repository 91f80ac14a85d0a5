/// Makes what tests/data/add writes down (README.md): the database of a stored file, and the text
/// of a stored map.
#include "data/contents.hpp"

int main(int count, char** arguments) {
    if (count != 3) {
        return 2;
    }
    crmkit::testing::write_file(arguments[1]);
    crmkit::testing::write_map(arguments[2]);
    return 0;
}
