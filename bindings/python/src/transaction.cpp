#include "transaction.hpp"

#include "errors.hpp"

namespace crmkit::python {

Transaction::~Transaction() {
    if (session_ && ticket_) {
        session_->abandon(*ticket_);
    }
}

void Transaction::enter() {
    if (was_entered_) {
        throw Error(ErrorCode::invalid_argument, "a transaction can be entered once");
    }
    ticket_ = session_->begin(is_read_only_);
    was_entered_ = true;
}

void Transaction::exit(bool keep) {
    if (!was_entered_) {
        throw Error(ErrorCode::invalid_argument, "the transaction has not been entered");
    }
    if (ticket_) {
        session_->end(*ticket_, keep);
        ticket_.reset();
    }
}

void Transaction::rollback() { exit(false); }

void bind_transactions(py::module_& module) {
    py::class_<Transaction>(module, "TransactionScope",
                            "What transaction() gives, for a with statement.", plain_class(),
                            py::is_final())
        .def("__enter__",
             [](py::object self) {
                 self.cast<Transaction&>().enter();
                 return self;
             })
        .def("__exit__",
             [](Transaction& transaction, const py::object& type, const py::object& /*value*/,
                const py::object& /*traceback*/) { transaction.exit(type.is_none()); })
        .def("rollback", &Transaction::rollback,
             "Undoes what happened inside before the block ends.");
}

}  // namespace crmkit::python
