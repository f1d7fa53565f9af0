"""The order of the day: which verb of which room is due, again and again, so that nothing waits for somebody to
remember.

    send_out(connection)   coverage questions, charges released, claims built, edited and sent, status questions
    take_back(connection)  answers fetched and read, remittances posted, next payers billed
    bill_patients()        statements

Promises: each step finds its work in the database, not in a list that could be lost; a step that dies is done by the
next run; what needs a person is left to its queue. Knows every room below; decides nothing itself.
"""
