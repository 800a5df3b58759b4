from django.urls import path

from accounts.views import desk, family, imports, login

urlpatterns = [
    path("login/", login.PhoneView.as_view(), name="login"),
    path("login/code/", login.CodeView.as_view(), name="login_code"),
    path("login/staff/", login.StaffView.as_view(), name="login_staff"),
    path("login/totp/", login.TotpView.as_view(), name="totp"),
    path("desk/password/", login.PasswordView.as_view(), name="password"),
    path("logout/", login.LogoutView.as_view(), name="logout"),
    path("me/family/", family.FamilyView.as_view(), name="me_family"),
    path("me/family/add/", family.AddView.as_view(), name="me_family_add"),
    path("me/family/<int:pk>/", family.CorrectView.as_view(), name="me_family_edit"),
    path("me/family/<int:pk>/consent/", family.ConsentView.as_view(), name="me_consent"),
    path("me/family/requests/<int:pk>/", family.AnswerView.as_view(), name="me_family_answer"),
    path("desk/people/", desk.PeopleView.as_view(), name="desk_people"),
    path("desk/people/<int:pk>/", desk.PersonView.as_view(), name="desk_person"),
    path("desk/export/<slug:name>/", desk.ExportView.as_view(), name="desk_export"),
    path("desk/import/jobs/", imports.JobsView.as_view(), name="import_jobs"),
    path("desk/import/jobs/<int:pk>/", imports.JobView.as_view(), name="import_job"),
    path("desk/import/jobs/<int:pk>/apply/", imports.ApplyView.as_view(), name="import_apply"),
    path("desk/import/jobs/<int:pk>/cancel/", imports.CancelView.as_view(), name="import_cancel"),
    path("desk/import/jobs/<int:pk>/result.xlsx", imports.ResultView.as_view(), name="import_result"),
    path("desk/import/<slug:name>/", imports.UploadView.as_view(), name="desk_import"),
    path("desk/import/<slug:name>/template.xlsx", imports.TemplateView.as_view(), name="import_template"),
]
