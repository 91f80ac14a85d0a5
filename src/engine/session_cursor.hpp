/// `SessionCursor`: a cursor that a session keeps from call to call.
#pragma once

#include <memory>
#include <utility>

#include "session_state.hpp"

namespace crmkit::engine {

/// Each use of the cursor is a call of its own, so that other sessions may write in between. Where
/// they share its connection, it moves on and ends in the session's turn.
class SessionCursor {
  public:
    /// `open` makes the cursor from a storage.
    template <typename Open>
    SessionCursor(SessionState& session, Open open) : session_(session) {
        ReadScope storage(session_);
        cursor_ = open(*storage);
        connection_ = storage.connection();
    }
    SessionCursor(const SessionCursor&) = delete;
    SessionCursor& operator=(const SessionCursor&) = delete;
    ~SessionCursor() {
        if (connection_ == Connection::usual || session_.is_writing()) {
            return;
        }
        try {
            session_.engine().queue().lock();
        } catch (const Error&) {
            return;  // another session of this thread has the connection: nobody else uses it now
        }
        cursor_.reset();
        session_.engine().queue().unlock();
    }
    /// Moves on to the next record; false at the end.
    bool next() {
        ReadScope storage(session_, connection_);
        return cursor_->next();
    }
    Cursor* operator->() { return cursor_.get(); }

  private:
    SessionState& session_;
    std::unique_ptr<Cursor> cursor_;
    Connection connection_ = Connection::usual;
};

}  // namespace crmkit::engine
