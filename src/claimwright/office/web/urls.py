"""The addresses of the screens. They carry keys and filters, never anything about a person."""

from __future__ import annotations

from django.urls import path

from claimwright.office.web.views import (
    ageing,
    claims,
    deposits,
    files,
    finding,
    patients,
    practice,
    remittances,
    today,
    worklist,
)

urlpatterns = [
    path("", today.today, name="today"),
    path("practice/", practice.switch_practice, name="switch-practice"),
    path("worklist/", worklist.worklist, name="worklist"),
    path("worklist/<int:item_id>/", worklist.show_item, name="item"),
    path("worklist/<int:item_id>/take/", worklist.take, name="item-take"),
    path("worklist/<int:item_id>/leave/", worklist.leave, name="item-leave"),
    path("worklist/<int:item_id>/note/", worklist.note, name="item-note"),
    path("worklist/<int:item_id>/date/", worklist.date_item, name="item-date"),
    path("worklist/<int:item_id>/done/", worklist.finish, name="item-done"),
    path("worklist/<int:item_id>/reopen/", worklist.reopen, name="item-reopen"),
    path("claims/", claims.list_claims, name="claims"),
    path("claims/<int:claim_id>/", claims.show_claim, name="claim"),
    path("files/", files.list_files, name="transmissions"),
    path("files/<int:file_id>/", files.show_file, name="file"),
    path("files/<int:file_id>/download/", files.download_file, name="file-download"),
    path("remittances/", remittances.list_remittances, name="remittances"),
    path("remittances/<int:remittance_id>/", remittances.show_remittance, name="remittance"),
    path("remittances/<int:remittance_id>/post/", remittances.post, name="remittance-post"),
    path("remittances/<int:remittance_id>/cash/", remittances.see_cash, name="remittance-cash"),
    path("remittances/<int:remittance_id>/undo/", remittances.undo, name="remittance-undo"),
    path("remittances/claims/<int:row_id>/undo/", remittances.undo_one, name="remittance-claim-undo"),
    path("deposits/", deposits.list_deposits, name="deposits"),
    path("deposits/file/", deposits.take_file, name="deposits-file"),
    path("deposits/enter/", deposits.enter, name="deposits-enter"),
    path("deposits/<int:deposit_id>/", deposits.show_deposit, name="deposit"),
    path("deposits/<int:deposit_id>/confirm/", deposits.confirm, name="deposit-confirm"),
    path("deposits/<int:deposit_id>/undo/", deposits.undo, name="deposit-undo"),
    path("deposits/<int:deposit_id>/aside/", deposits.put_aside, name="deposit-aside"),
    path("deposits/<int:deposit_id>/reopen/", deposits.reopen, name="deposit-reopen"),
    path("patients/", patients.list_patients, name="patients"),
    path("patients/find/", patients.ask_patients, name="patients-ask"),
    path("patients/<int:patient_id>/", patients.show_patient, name="patient"),
    path("encounters/<int:encounter_id>/", patients.show_encounter, name="encounter"),
    path("statements/<int:statement_id>/", patients.download_statement, name="statement"),
    path("ageing/", ageing.show_ageing, name="ageing"),
    path("ageing/encounters/", ageing.show_cell, name="ageing-cell"),
    path("find/", finding.show_found, name="find"),
    path("find/ask/", finding.ask, name="find-ask"),
]
